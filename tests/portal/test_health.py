"""What a supervisor is told of the web process and of the portal."""

import logging
import threading
import time
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.db import OperationalError, connections

from portal import probes

pytestmark = pytest.mark.django_db

READY = "/suc-khoe/san-sang"


@pytest.fixture
def part(monkeypatch):
    """Replace what is asked of one part."""

    def replace(name: str, ask) -> None:
        [found] = [part for part in probes.PARTS if part.name == name]
        monkeypatch.setattr(found, "ask", ask)

    return replace


@pytest.fixture
def hang():
    """A question that is not answered before the test is over."""
    released = threading.Event()
    calls = []

    def wait() -> None:
        calls.append(1)
        released.wait()

    wait.calls = calls
    yield wait
    released.set()


def fail() -> None:
    raise OperationalError("server db.internal refused")


def stored() -> list[Path]:
    return [path for path in Path(default_storage.location).rglob("*") if path.is_file()]


def test_live_needs_neither_database_nor_broker(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/suc-khoe/song")
    assert response.json() == {"status": "ok"}


def test_ready_says_ok_and_leaves_no_file(client):
    response = client.get(READY)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert stored() == []
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["database", "broker", "queues", "storage"])
def test_ready_is_503_when_a_part_fails_and_tells_strangers_no_more(client, part, name, caplog):
    part(name, fail)
    response = client.get(READY)
    assert response.status_code == 503
    assert response.json() == {"status": "error"}
    assert response["Retry-After"] == "30"
    assert f"not ready: {name}: OperationalError: server db.internal refused" in caplog.text


def test_ready_logs_a_change_and_not_every_request(client, part, caplog, monkeypatch):
    monkeypatch.setattr(probes.PARTS[0], "max_age", 0)
    part("database", fail)
    for _request in range(3):
        client.get(READY)
    part("database", lambda: None)
    for _request in range(3):
        client.get(READY)
    said = [(record.levelno, record.getMessage()[:11]) for record in caplog.records]
    assert said == [
        (logging.ERROR, "not ready: "),
        (logging.WARNING, "ready again"),
    ]


def test_ready_answers_in_three_seconds_whatever_hangs(client, part, hang):
    for name in ("database", "broker", "queues", "storage"):
        part(name, hang)
    started = time.monotonic()
    response = client.get(READY)
    assert time.monotonic() - started < 3
    assert response.status_code == 503


def test_ready_does_not_ask_a_part_again_that_has_not_answered(client, part, hang, monkeypatch):
    monkeypatch.setattr(probes, "LIMIT_SECONDS", 0.1)
    part("database", hang)
    for _request in range(3):
        assert client.get(READY).status_code == 503
    assert len(hang.calls) == 1


def test_ready_asked_twice_in_a_row_writes_once(client, monkeypatch):
    written = []
    save = FileSystemStorage.save

    def counted(self, name, content, *args, **options):
        written.append(name)
        return save(self, name, content, *args, **options)

    monkeypatch.setattr(FileSystemStorage, "save", counted)
    for _request in range(3):
        assert client.get(READY).status_code == 200
    assert [name.split("/")[0] for name in written] == ["ho-so", "giay-to"]


@pytest.mark.parametrize("folder", ["ho-so", "giay-to"])
def test_ready_notices_that_a_folder_of_the_portal_was_replaced(client, folder):
    root = Path(default_storage.location)
    root.mkdir(exist_ok=True)
    (root / folder).write_text("not a folder")
    assert client.get(READY).status_code == 503


def test_ready_is_503_without_the_broker(client, dead_broker):
    assert client.get(READY).status_code == 503


@pytest.mark.parametrize(("seconds", "status"), [(-60, 200), (60, 503)])
def test_ready_is_503_when_the_first_job_of_a_queue_waits_too_long(
    client, monkeypatch, seconds, status, caplog
):
    late = probes.figures.QueueFigures("mail", due=3, oldest_due=probes.MAX_QUEUE_SECONDS + seconds)
    monkeypatch.setattr(probes.figures, "by_queue", lambda: {"mail": late})
    assert client.get(READY).status_code == status
    assert ("mail: 3 due, the oldest for 960 seconds" in caplog.text) == (status == 503)


def test_ready_leaves_no_connection_to_the_database(client):
    def ask() -> None:
        probes.ask_database()
        opened.append(connections["default"].connection)

    opened = []
    probes.PARTS[0].ask = ask
    client.get(READY)
    assert [one.closed for one in opened] == [True]


# --- manage.py health ---


def test_health_command_shows_every_part_and_queue(capsys):
    call_command("health")
    said = capsys.readouterr().out
    for name in (
        "database",
        "broker",
        "queues",
        "storage",
        "counter",
        "papers",
        "mail",
        "files",
        "default",
    ):
        assert name in said
    assert "error" not in said


def test_health_command_ends_with_1_and_the_reason_when_a_part_fails(part, capsys):
    part("database", fail)
    with pytest.raises(SystemExit) as ended:
        call_command("health")
    assert ended.value.code == 1
    assert "server db.internal refused" in capsys.readouterr().out
