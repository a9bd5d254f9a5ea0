"""TRUNCATE passes by the triggers of rows: the books refuse it as a statement."""

from django.db import migrations

FORBID = """
CREATE TRIGGER payments_ledgerentry_no_truncate BEFORE TRUNCATE ON payments_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER payments_gatewaymessage_no_truncate BEFORE TRUNCATE ON payments_gatewaymessage
    FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
"""
ALLOW = """
DROP TRIGGER payments_ledgerentry_no_truncate ON payments_ledgerentry;
DROP TRIGGER payments_gatewaymessage_no_truncate ON payments_gatewaymessage;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_append_only_ledger")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
