"""The timeline is history: PostgreSQL itself refuses to change or delete a row of it."""

from django.db import migrations

FORBID = """
CREATE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER dossiers_event_append_only BEFORE UPDATE OR DELETE ON dossiers_event
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
"""
ALLOW = """
DROP TRIGGER dossiers_event_append_only ON dossiers_event;
DROP FUNCTION forbid_change();
"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_dossiers")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
