"""The table of the database cache, which holds allauth's throttle of sign-ins."""

from django.core.management import call_command
from django.db import migrations


def create_table(apps, schema_editor):
    call_command("createcachetable", verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_accounts")]

    operations = [migrations.RunPython(create_table, migrations.RunPython.noop)]
