"""The database role of the running portal: the main job works, and history cannot be changed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from dossiers import schedule
from dossiers.models import Document, Event
from dossiers.moves import Action
from dossiers.states import Role, State
from payments import inbox
from payments import schedule as payments_schedule
from payments.gateways.base import Outcome
from payments.models import GatewayMessage, LedgerEntry
from tests.dossiers.factories import act
from tests.payments.factories import call, open_payment, paid_dossier, signed_message

pytestmark = pytest.mark.django_db


def role_name() -> str:
    """Roles belong to the whole server, and each process of a parallel run has its own database."""
    return f"app_of_{connection.settings_dict['NAME']}"


@pytest.fixture
def app_role(monkeypatch) -> str:
    """The role, made in the transaction of the test and gone with it."""
    monkeypatch.setenv("APP_ROLE_PASSWORD", "a password with ' and \\")
    call_command("grant_app_role", role_name(), verbosity=0)
    return role_name()


@pytest.fixture
def as_app(app_role) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{app_role}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_main_job_works_as_the_role_of_the_portal(app_role, run_queue, citizen, leader):
    dossier = paid_dossier(state=State.DRAFT)
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{app_role}"')

    dossier = act(dossier, Action.SUBMIT, Role.CITIZEN)
    raw = signed_message(open_payment(dossier))
    assert call(raw) == Outcome.RECORDED
    dossier = act(dossier, Action.RECEIVE, Role.DESK)
    dossier = act(dossier, Action.START, Role.CASE)
    dossier = act(dossier, Action.PROPOSE, Role.CASE)
    dossier = act(dossier, Action.APPROVE, Role.LEADER, by=leader)
    dossier = act(dossier, Action.DELIVER, Role.DESK)
    run_queue()

    assert dossier.state == State.DELIVERED
    assert not Document.objects.filter(dossier=dossier, file="").exists()


def test_clock_works_as_the_role_of_the_portal(as_app):
    call("vnp_TxnRef=forged")
    later = timezone.now() + inbox.KEEP_FORGERIES + timedelta(days=1)

    assert inbox.delete_old_forgeries(now=later) == 1
    payments_schedule.sweep()
    schedule.forget_old_drafts()
    schedule.forget_old_attempts()
    cache.set("a", 1)
    cache.clear()


@pytest.mark.parametrize("model", [Event, LedgerEntry, GatewayMessage])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id",
        "TRUNCATE {} CASCADE",
        "DROP TABLE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
    ],
)
def test_history_cannot_be_changed_by_the_role_of_the_portal(model, statement, as_app):
    table = model._meta.db_table

    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        execute(statement.format(table))


@pytest.mark.parametrize("model", [Event, LedgerEntry])
def test_history_cannot_be_deleted_by_the_role_of_the_portal(model, as_app):
    with pytest.raises(ProgrammingError, match="permission denied"):
        execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - names of our tables


def test_grant_app_role_may_be_run_again(app_role):
    call_command("grant_app_role", app_role, verbosity=0)


def test_grant_app_role_refuses_the_owner_itself():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()

    with pytest.raises(CommandError, match="a role of its own"):
        call_command("grant_app_role", owner)
