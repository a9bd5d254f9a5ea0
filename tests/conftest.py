"""What every test stands on: files in a temporary folder, no broker, no network.

Quick passwords – and the people.
"""

import os
import socket
from collections.abc import Callable, Iterator

import pytest
from celery import Celery
from celery.app.task import Task
from django.conf import settings as django_settings
from django.db import connection

from dossiers.outbox import queue as outbox_queue
from dossiers.outbox import tasks  # noqa: F401 - registers the tasks that the queue names
from dossiers.states import Role
from portal.celery import app as celery_app
from portal.models import User
from tests.portal.factories import UserFactory

LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "", None}  # noqa: S104 - listening on all is not leaving

Queue = list[tuple[Task, int]]


@pytest.fixture(scope="session", autouse=True)
def _a_broker_of_ones_own() -> None:
    """Each process of a parallel run has its own part of the one Redis.

    A task names a row of its own PostgreSQL.
    """
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    celery_app.conf.broker_url = f"{django_settings.REDIS_URL.rsplit('/', 1)[0]}/{number}"


@pytest.fixture(scope="session", autouse=True)
def _static_files_as_they_lie(tmp_path_factory) -> Iterator[None]:
    """Servers that live for the whole session give static files from where they are.

    A new clone has collected none.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "STATIC_ROOT", str(tmp_path_factory.mktemp("static")))
        patch.setattr(django_settings, "WHITENOISE_USE_FINDERS", True, raising=False)
        yield


@pytest.fixture(autouse=True)
def _in_a_house_of_its_own(settings, tmp_path) -> None:
    """Uploads and papers go to the test's folder; pages need no collected static files.

    Passwords cost nothing.
    """
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Let nothing leave this machine: a test that reaches for the network fails by name."""
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


# --- The cast ---


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
