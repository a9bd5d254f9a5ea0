"""Papers at the counter, other papers and mails do not wait for each other: with real workers."""

import socket
import sys
import threading
from collections.abc import Iterator

import pytest
import redis
from django.utils import timezone

from dossiers.models import Document, OutboxJob
from dossiers.moves import Action
from dossiers.outbox import queue
from dossiers.states import Role
from portal.celery import app as celery_app
from tests.child_processes import wait_until, worker
from tests.dossiers.factories import DossierFactory, act, waiting_papers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.real_broker,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


@pytest.fixture(autouse=True)
def broker() -> Iterator[redis.Redis]:
    """The broker of this test, empty before and after."""
    with redis.Redis.from_url(celery_app.conf.broker_url) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def silent_mail_server() -> Iterator[str]:
    """A mail server that accepts connections and says nothing; gives its address."""
    held = []

    def accept() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:  # closed: the test is over
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in held:
        connection.close()


def is_printed(**which) -> bool:
    return not Document.objects.filter(file="", **which).exists()


def test_receipt_is_ready_in_five_seconds_while_4000_papers_wait():
    first = DossierFactory(email="")
    second = DossierFactory(email="")
    waiting_papers(4000)
    for pk in OutboxJob.objects.filter(queue="papers").values_list("pk", flat=True):
        celery_app.send_task(queue.TASK_FOR["paper"], [pk], queue="papers")

    with worker("worker-counter"), worker("worker-papers"):
        act(first, Action.RECEIVE, Role.DESK)  # the first paper of a process takes longer
        wait_until(lambda: is_printed(dossier=first, kind="receipt"))
        wait_until(OutboxJob.objects.filter(queue="papers", status="done").exists)

        act(second, Action.RECEIVE, Role.DESK)
        wait_until(lambda: is_printed(dossier=second, kind="receipt"), seconds=5)
        assert queue.length("papers") > 3000


def test_papers_go_on_while_the_mail_server_says_nothing(silent_mail_server):
    for _dossier in range(12):
        DossierFactory()
    mails = OutboxJob.objects.filter(queue="mail")

    with (
        worker("worker-mail", EMAIL_URL=silent_mail_server) as mail_worker,
        worker("worker-papers", EMAIL_URL=silent_mail_server),
    ):
        wait_until(lambda: mails.filter(attempts=1).count() == 4)  # each thread hangs
        wait_until(is_printed)
        assert not mails.exclude(status="waiting").exists()
        # Four were tried; then the server is left alone, and the others are put off uncounted.
        wait_until(lambda: not mails.filter(lease_until__lte=timezone.now()).exists())
        assert sorted(mails.values_list("attempts", flat=True)) == [0] * 8 + [1] * 4
        assert mail_worker.count("mail server left alone") in (1, 2, 3, 4)


def test_mail_worker_that_is_asked_to_end_finishes_its_mail_first(silent_mail_server):
    DossierFactory()
    mails = OutboxJob.objects.filter(queue="mail")

    with worker("worker-mail", EMAIL_URL=silent_mail_server) as mail_worker:
        wait_until(mails.filter(attempts=1).exists)
        mail_worker.process.terminate()
        assert mail_worker.process.wait(60) == 0
    job = mails.get()
    assert (job.status, job.attempts) == ("waiting", 1)
    assert "timed out" in job.error  # it was not interrupted
