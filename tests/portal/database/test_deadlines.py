"""No process waits for ever for a database that hangs, and none is cut short that may take long."""

import socket
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
    wait_for_abandoned_statements()
    connection.close()


def wait_for_abandoned_statements() -> None:
    """Wait until PostgreSQL has noticed that nobody waits for a statement any more."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE '%pg_sleep(1)%'"
        " AND pid <> pg_backend_pid()"
    )
    deadline = time.monotonic() + 20
    left = True
    while left:
        assert time.monotonic() < deadline
        with connection.cursor() as cursor:
            cursor.execute(query)
            left = cursor.fetchone() != (0,)


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
        cursor.execute("SELECT pg_sleep(1)")
    assert not connection.is_usable()


def test_statement_within_the_deadline_is_answered():
    deadlines.use(Deadlines(answer=10))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_sleep(0.01)")
        assert cursor.fetchone() == (1,)


def test_other_error_of_the_server_is_no_deadline():
    deadlines.use(Deadlines(statement=0.05, answer=10, rest=60))
    with connection.cursor() as cursor, pytest.raises(OperationalError, match="statement timeout"):
        cursor.execute("SELECT pg_sleep(1)")
    assert connection.is_usable()


def test_connection_is_not_tried_while_the_breaker_is_open():
    deadlines.use(Deadlines(answer=0.2, rest=60))
    with connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT pg_sleep(1)")
    connection.close()

    started = time.monotonic()
    with pytest.raises(OperationalError, match="a moment ago"):
        connection.ensure_connection()
    assert time.monotonic() - started < 1


def test_old_connection_is_not_tried_while_the_breaker_is_open():
    deadlines.use(Deadlines(rest=60))
    connection.ensure_connection()
    breaker.open(60)
    assert not connection.is_usable()
    breaker.close()
    assert connection.is_usable()


def connect_to(port: int, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict["OPTIONS"], "host", "127.0.0.1")
        patch.setitem(connection.settings_dict["OPTIONS"], "port", port)
        with pytest.raises(OperationalError):
            connection.ensure_connection()


def test_server_that_takes_connections_and_says_nothing_opens_the_breaker(monkeypatch):
    deadlines.use(Deadlines(rest=60))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connect_to(silent.getsockname()[1], monkeypatch)
    assert breaker.is_open


def test_refusal_that_comes_at_once_opens_no_breaker(monkeypatch):
    deadlines.use(Deadlines(rest=60))
    breaker.open(1e-9)  # it did hang, and is now tried again
    connect_to(1, monkeypatch)
    assert not breaker.is_open
