"""Fixtures of every test: isolation from other tests and from the network, and the people."""

import os
import socket
from collections.abc import Callable, Iterator

import pytest
from celery import Celery
from celery.app.task import Task
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.urls import clear_script_prefix, set_urlconf
from django.utils import timezone, translation

from dossiers.outbox import mail_server, tasks  # noqa: F401 - registers the tasks that the queue names
from dossiers.outbox import queue as outbox_queue
from dossiers.states import Role
from portal import probes
from portal.celery import app as celery_app
from portal.models import User
from tests.portal.factories import UserFactory

LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "", None}  # noqa: S104 - not a listener
NO_CHROMIUM = "NO CHROMIUM"

Queue = list[tuple[Task, int]]


@pytest.fixture(scope="session", autouse=True)
def _own_broker() -> None:
    """Each process of a parallel run has its own database in Valkey, as it has in PostgreSQL."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    celery_app.conf.broker_url = f"{django_settings.REDIS_URL.rsplit('/', 1)[0]}/{number}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Let the flush after a test that commits TRUNCATE the tables that refuse it otherwise.

    tests/test_append_only.py turns these triggers on again for itself.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE %s",
            ["%_no_truncate"],
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(scope="session", autouse=True)
def _static_files_not_collected(tmp_path_factory) -> Iterator[None]:
    """Live servers give static files from the source: a new clone has collected none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "STATIC_ROOT", str(tmp_path_factory.mktemp("static")))
        patch.setattr(django_settings, "WHITENOISE_USE_FINDERS", True, raising=False)
        yield


@pytest.fixture(autouse=True)
def _own_settings(settings, tmp_path) -> None:
    """Own files, static files without a manifest, a password hash that takes no time."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_thread_state() -> Iterator[None]:
    """Reset what Django keeps for a thread, before and after each test.

    A request, and whatever calls activate(), leaves it as it is: in production the next request
    sets it anew, but the next test may make none.
    """
    _reset_thread_state()
    yield
    _reset_thread_state()


def _reset_thread_state() -> None:
    translation.deactivate()
    timezone.deactivate()
    set_urlconf(None)
    clear_script_prefix()


@pytest.fixture(autouse=True)
def _own_cache(request) -> Iterator[None]:
    """Empty the cache after a test that commits.

    Its table belongs to no model, so the flush after such a test leaves it, and with it the rate
    limits of sign-ins.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    if commits or {"transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db")  # so that it is torn down after this fixture
        yield
        cache.clear()
    else:
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """A test fails that opens a connection to another machine or asks for its address."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            pytest.fail(f"a test reached for the network: {address[0]}")
        connect(self, address)

    def guarded_resolve(host, *args, **kwargs):
        if host not in LOOPBACK:
            pytest.fail(f"a test asked for the address of {host}")
        return resolve(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


@pytest.fixture(autouse=True)
def queue(request, monkeypatch) -> Queue:
    """What was given to the broker, as (task, pk).

    Nothing reaches it, unless the test is marked `real_broker`.
    """
    sent: Queue = []
    monkeypatch.setattr(outbox_queue, "_broker_rests_until", 0.0)
    monkeypatch.setattr(mail_server, "_rests_until", 0.0)
    monkeypatch.setattr(probes, "PARTS", probes.make_parts())
    if "real_broker" not in request.keywords:

        def send_task(app, name, args=None, *rest, **options):
            sent.append((app.tasks[name], args[0]))

        # `Task.apply_async` of a task comes here as well.
        monkeypatch.setattr(Celery, "send_task", send_task)
    return sent


@pytest.fixture
def dead_broker(monkeypatch) -> Iterator[None]:
    """A broker's address at which nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"redis://127.0.0.1:{reserved.getsockname()[1]}/0"
        # This order: unset, the second reads as the first, and would be given back as the dead
        # address.
        for name in ("broker_write_url", "broker_url"):
            monkeypatch.setattr(celery_app.conf, name, address)
        monkeypatch.setattr(celery_app, "_pool", None)
        monkeypatch.setattr(celery_app.amqp, "_producer_pool", None)
        yield


@pytest.fixture
def run_queue(queue: Queue) -> Callable[[], Queue]:
    """Return a worker: a call does all that is queued and gives what it did.

    A test inside a transaction never commits, so what waits for its commit is done first.
    """

    def work() -> Queue:
        while connection.run_on_commit:
            _savepoints, callback, _robust = connection.run_on_commit.pop(0)
            callback()
        done: Queue = []
        while queue:
            task, pk = queue.pop(0)
            task(pk)
            done.append((task, pk))
        return done

    return work


def pytest_terminal_summary(terminalreporter, config) -> None:
    """Say what must not be overlooked: the order of the tests, browser tests left out, reports."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, text in getattr(report, "user_properties", []):
                if name == "report":
                    terminalreporter.write_line(text)

    seed = config.getoption("randomly_seed", default=None)
    if seed is not None:
        terminalreporter.write_line(f"The order of the tests again: --randomly-seed={seed}")

    skipped = 0
    for report in terminalreporter.stats.get("skipped", []):
        if NO_CHROMIUM in str(report.longrepr):
            skipped += 1
    if skipped:
        sentence = f"{NO_CHROMIUM}: {skipped} browser tests were SKIPPED"
        terminalreporter.write_sep("!", sentence, red=True, bold=True)


# --- People ---


@pytest.fixture
def citizen(db) -> User:
    return UserFactory(username="rin", full_name="Phạm Văn Rin", phone="0905123456")


@pytest.fixture
def neighbour(db) -> User:
    """Somebody else with an account, who has no business with the citizen's dossiers."""
    return UserFactory(username="xoi", full_name="Đinh Thị Xối", phone="0905999888")


@pytest.fixture
def desk_officer(db) -> User:
    return UserFactory(username="motcua", full_name="Lê Thị Cửa", role=Role.DESK)


@pytest.fixture
def case_officer(db) -> User:
    return UserFactory(username="chuyenvien", full_name="Trần Văn Viên", role=Role.CASE)


@pytest.fixture
def leader(db) -> User:
    return UserFactory(username="lanhdao", full_name="Nguyễn Văn Đạo", role=Role.LEADER)
