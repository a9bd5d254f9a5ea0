"""Tables that are written once refuse TRUNCATE, which passes by the triggers of their rows."""

import pytest
from django.apps import apps
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from payments.models import GatewayMessage
from services.append_only import AppendOnly

TABLES = [
    model._meta.db_table
    for model in apps.get_models()
    if issubclass(model, AppendOnly) or model is GatewayMessage
]


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_truncate_is_refused(table):
    with connection.cursor() as cursor:
        # The tests switch it off, see tests/conftest.py; this ends with the transaction.
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_truncate")

        refused = pytest.raises((IntegrityError, InternalError), match="append-only")
        with refused, transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
