"""No process waits for ever for a database that hangs, and none is cut short that may take long."""

import time

import pytest
from celery.signals import worker_init
from django.db import OperationalError, connection

from portal.database import deadlines
from portal.database.breaker import breaker
from portal.database.deadlines import COMMAND, WEB, WORKER, Deadlines

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_deadlines():
    """New connections in each test and after it, and a closed breaker."""
    connection.close()
    yield
    deadlines.use(COMMAND)
    breaker.close()
    connection.close()


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("process", "statement", "lock", "idle"),
    [(WEB, "4s", "3s", "15s"), (WORKER, "1min", "30s", "2min"), (COMMAND, "0", "0", "0")],
)
def test_connection_has_the_limits_of_its_kind_of_process(process, statement, lock, idle):
    deadlines.use(process)
    assert setting("statement_timeout") == statement
    assert setting("lock_timeout") == lock
    assert setting("idle_in_transaction_session_timeout") == idle


def test_worker_says_at_its_start_what_it_is():
    worker_init.send(sender=None)
    assert deadlines.current() == WORKER


def test_options_of_the_address_win(monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", "-c lock_timeout=7s")
    deadlines.use(WEB)
    assert setting("lock_timeout") == "7s"
    assert setting("statement_timeout") == "4s"


def test_web_gives_up_before_a_page_would_take_six_seconds():
    assert WEB.statement < WEB.answer < 6
    assert WEB.lock < WEB.statement


def test_server_that_does_not_answer_is_left_after_the_deadline():
    deadlines.use(Deadlines(answer=0.2))
    with connection.cursor() as cursor, pytest.raises(OperationalError, match="no answer"):
        cursor.execute("SELECT pg_sleep(30)")
    assert not connection.is_usable()


def test_statement_within_the_deadline_is_answered():
    deadlines.use(Deadlines(answer=10))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_sleep(0.01)")
        assert cursor.fetchone() == (1,)


def test_other_error_of_the_server_is_no_deadline():
    deadlines.use(Deadlines(statement=0.05, answer=10, rest=60))
    with connection.cursor() as cursor, pytest.raises(OperationalError, match="statement timeout"):
        cursor.execute("SELECT pg_sleep(30)")
    assert connection.is_usable()


def test_connection_is_not_tried_while_the_breaker_is_open():
    deadlines.use(Deadlines(answer=0.2, rest=60))
    with connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT pg_sleep(30)")
    connection.close()

    started = time.monotonic()
    with pytest.raises(OperationalError, match="a moment ago"):
        connection.ensure_connection()
    assert time.monotonic() - started < 1


def test_refused_connection_opens_the_breaker(monkeypatch):
    deadlines.use(Deadlines(rest=60))
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict["OPTIONS"], "host", "127.0.0.1")
        patch.setitem(connection.settings_dict["OPTIONS"], "port", 1)
        with pytest.raises(OperationalError):
            connection.ensure_connection()

    with pytest.raises(OperationalError, match="a moment ago"):
        connection.ensure_connection()
