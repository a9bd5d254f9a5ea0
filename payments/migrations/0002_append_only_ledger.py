"""The books are history: PostgreSQL itself refuses to change them.

A ledger entry is never changed or deleted. A message may be answered once, if it is an IPN, and
nothing else of it changes; only what the provider did not sign may be deleted.
"""

from django.db import migrations

FORBID = """
CREATE TRIGGER payments_ledgerentry_append_only BEFORE UPDATE OR DELETE ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER payments_gatewaymessage_answered_once BEFORE UPDATE ON payments_gatewaymessage
    FOR EACH ROW WHEN (
        OLD.kind <> 'ipn' OR OLD.outcome <> ''
        OR (to_jsonb(OLD) - 'outcome') IS DISTINCT FROM (to_jsonb(NEW) - 'outcome')
    ) EXECUTE FUNCTION forbid_change();
CREATE TRIGGER payments_gatewaymessage_signed_stays BEFORE DELETE ON payments_gatewaymessage
    FOR EACH ROW WHEN (OLD.signature_ok) EXECUTE FUNCTION forbid_change();
"""
ALLOW = """
DROP TRIGGER payments_ledgerentry_append_only ON payments_ledgerentry;
DROP TRIGGER payments_gatewaymessage_answered_once ON payments_gatewaymessage;
DROP TRIGGER payments_gatewaymessage_signed_stays ON payments_gatewaymessage;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_payments"), ("dossiers", "0002_append_only_events")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
