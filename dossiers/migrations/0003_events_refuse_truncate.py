"""TRUNCATE passes by the triggers of rows: the timeline refuses it as a statement."""

from django.db import migrations

FORBID = """
CREATE TRIGGER dossiers_event_no_truncate BEFORE TRUNCATE ON dossiers_event
    FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
"""
ALLOW = "DROP TRIGGER dossiers_event_no_truncate ON dossiers_event;"


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0002_append_only_events")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
