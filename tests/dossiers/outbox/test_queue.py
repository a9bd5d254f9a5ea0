"""Which queue a job goes to, and what its row knows of its message."""

import pytest
from celery import Celery
from django.db import connection
from kombu.exceptions import OperationalError

from dossiers.models import OutboxJob
from dossiers.moves import MOVES, Action, Queue
from dossiers.outbox import queue as outbox_queue
from dossiers.states import Role, State
from portal.celery import app as celery_app
from tests.dossiers.factories import DossierFactory, act, attach

pytestmark = pytest.mark.django_db


def queues_of(dossier) -> dict[str, str]:
    """The queue of each paper of a dossier."""
    jobs = OutboxJob.objects.filter(document__dossier=dossier)
    return dict(jobs.values_list("document__kind", "queue"))


@pytest.mark.parametrize(
    ("state", "paper"),
    [
        (State.RECEIVED, "receipt"),
        (State.INTAKE_REFUSED, "refusal"),
        (State.INTAKE_SUPPLEMENT, "supplement_request"),
        (State.SUPPLEMENT, "supplement_request"),
        (State.REJECTED, "refusal"),
    ],
)
def test_paper_of_an_officers_move_goes_to_the_queue_of_the_counter(state, paper):
    assert queues_of(DossierFactory(state=state))[paper] == Queue.COUNTER


def test_acknowledgement_and_result_go_to_the_other_papers():
    queues = queues_of(DossierFactory(state=State.APPROVED))
    assert (queues["acknowledgement"], queues["result"]) == (Queue.PAPERS, Queue.PAPERS)


def test_fee_receipt_goes_to_the_counter_only_when_an_officer_took_the_money(desk_officer):
    online = act(DossierFactory(state=State.RECEIVED), Action.RECORD_PAYMENT, Role.SYSTEM)
    cash = act(
        DossierFactory(state=State.RECEIVED), Action.RECORD_PAYMENT, Role.SYSTEM, by=desk_officer
    )
    assert queues_of(online)["fee_receipt"] == Queue.PAPERS
    assert queues_of(cash)["fee_receipt"] == Queue.COUNTER


def test_mail_goes_to_the_queue_of_mails():
    DossierFactory()
    assert OutboxJob.objects.get(channel="mail").queue == Queue.MAIL


def test_check_of_a_file_keeps_nothing_waiting_that_runs_by_the_clock():
    """A flood of files is one queue; the sweep, which is given up after 30 s, is in another."""
    attach(DossierFactory(state=State.DRAFT), "giay-to-khac")
    job = OutboxJob.objects.get(channel="check")
    assert job.queue == Queue.FILES != celery_app.conf.task_default_queue


def test_every_paper_of_the_table_has_a_queue_of_papers():
    queues = {move.paper_queue for move in MOVES.values() if move.paper}
    assert queues == {Queue.COUNTER, Queue.PAPERS}


def test_message_is_sent_to_the_queue_of_its_row(monkeypatch):
    sent = {}

    def send_task(app, name, args, *, queue, **options):
        sent[args[0]] = queue

    monkeypatch.setattr(Celery, "send_task", send_task)
    DossierFactory(state=State.RECEIVED)
    while connection.run_on_commit:
        connection.run_on_commit.pop(0)[1]()
    assert sent == dict(OutboxJob.objects.values_list("pk", "queue"))
    assert set(sent.values()) == {"counter", "papers", "mail"}


def test_row_knows_that_its_message_could_not_be_sent(monkeypatch, run_queue):
    def fail(app, name, args, **options):
        raise OperationalError("gone")

    monkeypatch.setattr(Celery, "send_task", fail)
    DossierFactory()
    assert not OutboxJob.objects.filter(enqueued_at=None).exists()
    run_queue()
    assert not OutboxJob.objects.exclude(enqueued_at=None).exists()


@pytest.mark.real_broker
@pytest.mark.django_db(transaction=True)
def test_length_is_how_many_messages_wait():
    before = outbox_queue.length("counter")
    DossierFactory(state=State.RECEIVED, email="")
    assert outbox_queue.length("counter") == before + 1
