"""What happens by the clock: the sweep, and forgetting what was never sent."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.db import connection
from django.utils import timezone

from dossiers import schedule as cleaning
from dossiers import throttle
from dossiers.applicant import drafts
from dossiers.models import Attachment, Dossier, OutboxJob
from dossiers.outbox import leases, schedule, tasks
from dossiers.outbox import queue as outbox_queue
from dossiers.states import State
from portal.celery import app as celery_app
from tests.dossiers.factories import DossierFactory, attach, image_file, waiting_papers

pytestmark = pytest.mark.django_db


# --- The sweep ---


def lose_messages() -> None:
    """Nothing reached the broker, and the rows know it."""
    connection.run_on_commit.clear()
    OutboxJob.objects.update(enqueued_at=None)


def commit() -> None:
    while connection.run_on_commit:
        connection.run_on_commit.pop(0)[1]()


def test_sweep_enqueues_what_waits_and_leaves_the_rest(queue):
    for _dossier in range(4):
        DossierFactory()
    lose_messages()
    letters, papers = (
        OutboxJob.objects.filter(channel="mail").order_by("pk"),
        OutboxJob.objects.filter(channel="paper").order_by("pk"),
    )
    leases.claim(letters[0].pk)  # in a worker's hands
    letters.filter(pk=letters[1].pk).update(status="done")
    letters.filter(pk=letters[2].pk).update(status="failed")
    papers.filter(pk__lte=papers[3].pk).exclude(pk=papers[0].pk).update(
        lease_until=timezone.now() + timedelta(hours=1)
    )
    assert schedule.sweep() == 2
    commit()
    assert sorted(queue, key=str) == sorted(
        [(tasks.send_mail, letters[3].pk), (tasks.print_paper, papers[0].pk)], key=str
    )


def test_sweep_takes_a_bounded_number_the_longest_waiting_first(queue, monkeypatch):
    monkeypatch.setattr(schedule, "MAX_JOBS_OF_A_SWEEP", 2)
    for _dossier in range(3):
        DossierFactory(email="")
    lose_messages()
    first, second, third = OutboxJob.objects.order_by("pk")
    OutboxJob.objects.filter(pk=third.pk).update(lease_until=timezone.now() - timedelta(hours=1))
    assert schedule.sweep() == 2
    commit()
    assert [pk for _task, pk in queue] == [third.pk, first.pk]
    assert second.status == OutboxJob.Status.WAITING


def test_sweep_enqueues_a_row_once_while_its_message_waits(queue):
    DossierFactory(email="")
    lose_messages()
    assert [schedule.sweep(), schedule.sweep()] == [1, 0]


def test_sweep_enqueues_again_what_a_worker_held_when_it_died(time_machine):
    DossierFactory(email="")
    time_machine.move_to(timezone.now() + timedelta(seconds=1), tick=False)
    leases.claim(OutboxJob.objects.get().pk)
    assert schedule.sweep() == 0
    time_machine.shift(leases.LEASE)
    assert schedule.sweep() == 1


def test_sweep_enqueues_as_many_as_the_broker_lost_the_longest_enqueued_first(
    queue, monkeypatch, time_machine
):
    for _dossier in range(5):
        DossierFactory(email="")
    connection.run_on_commit.clear()
    first, second, *_others = OutboxJob.objects.order_by("pk")
    monkeypatch.setattr(outbox_queue, "length", lambda name: {"papers": 3}.get(name, 0))
    assert schedule.sweep() == 0  # just sent: not missed yet
    time_machine.move_to(timezone.now() + schedule.MIN_AGE_OF_MISSING * 2, tick=False)
    assert schedule.sweep() == 2
    commit()
    assert [pk for _task, pk in queue] == [first.pk, second.pk]
    monkeypatch.setattr(outbox_queue, "length", lambda name: {"papers": 5}.get(name, 0))
    assert schedule.sweep() == 0


def test_sweep_without_a_broker_leaves_everything_as_it_is(monkeypatch, caplog):
    def fail(name):
        raise redis.ConnectionError("gone")

    DossierFactory()
    lose_messages()
    monkeypatch.setattr(outbox_queue, "length", fail)
    assert schedule.sweep() == 0
    assert not OutboxJob.objects.exclude(enqueued_at=None).exists()
    assert caplog.text.count("nothing is swept") == 1


@pytest.fixture
def papers_waiting() -> Iterator[int]:
    """4,000 papers wait, each with its message in a broker that is empty but for them."""
    broker = redis.Redis.from_url(celery_app.conf.broker_url)
    number = 4000
    waiting_papers(number)
    broker.flushdb()
    for pk in OutboxJob.objects.filter(channel="paper").values_list("pk", flat=True):
        celery_app.send_task(outbox_queue.TASK_FOR["paper"], [pk], queue="papers")
    # They have waited for a while.
    OutboxJob.objects.update(enqueued_at=timezone.now() - timedelta(minutes=10))
    yield number
    broker.flushdb()
    broker.close()


@pytest.mark.real_broker
@pytest.mark.django_db(transaction=True)
def test_sweep_keeps_a_long_queue_as_long_as_it_is(papers_waiting):
    for _sweep in range(3):
        schedule.sweep()
    assert outbox_queue.length("papers") == papers_waiting


@pytest.mark.real_broker
@pytest.mark.django_db(transaction=True)
def test_sweep_brings_back_once_what_the_broker_lost(papers_waiting):
    with redis.Redis.from_url(celery_app.conf.broker_url) as broker:
        broker.flushdb()
    assert [schedule.sweep(), schedule.sweep()] == [papers_waiting, 0]
    assert outbox_queue.length("papers") == papers_waiting


# --- Forgetting ---


@pytest.fixture
def long_ago(time_machine, settings):
    """Begin just so long ago that today everything of then is forgotten.

    A call comes back to today.
    """
    now = timezone.now()
    time_machine.move_to(now - timedelta(days=settings.DRAFT_KEEP_DAYS, seconds=1), tick=False)
    return lambda: time_machine.move_to(now, tick=False)


def files_of(dossier: Dossier) -> list[str]:
    storage = Attachment._meta.get_field("file").storage
    folder = f"ho-so/{dossier.pk}"
    return storage.listdir(folder)[1] if storage.exists(folder) else []


def test_draft_that_nobody_touched_is_forgotten_with_its_files(long_ago, run_queue):
    old = DossierFactory(state=State.DRAFT)
    attach(old, "a")
    attach(old, "b", image_file())
    long_ago()
    fresh = DossierFactory(state=State.DRAFT)
    attach(fresh, "a")
    assert cleaning.forget_old_drafts() == 1
    run_queue()
    assert list(Dossier.objects.all()) == [fresh]
    assert Attachment.objects.get().dossier == fresh
    assert files_of(old) == []
    assert len(files_of(fresh)) == 1


@pytest.mark.parametrize("state", sorted(set(State) - {State.DRAFT}))
def test_dossier_that_was_sent_is_never_forgotten(state, long_ago, run_queue):
    dossier = DossierFactory(state=state)
    long_ago()
    assert cleaning.forget_old_drafts() == 0
    assert Dossier.objects.get() == dossier


@pytest.mark.parametrize("touch", ["a step", "a file"])
def test_draft_that_was_worked_on_is_kept(touch, long_ago):
    draft = DossierFactory(state=State.DRAFT)
    long_ago()
    if touch == "a step":
        drafts.save(draft, answers={})
    else:
        attach(draft, "a")
    assert cleaning.forget_old_drafts() == 0
    assert Dossier.objects.get() == draft


def test_file_that_is_gone_already_keeps_no_draft(long_ago, run_queue):
    attachment = attach(DossierFactory(state=State.DRAFT), "a")
    attachment.file.storage.delete(attachment.file.name)
    long_ago()
    assert cleaning.forget_old_drafts() == 1
    run_queue()


def test_forget_old_attempts_deletes_what_counts_for_nothing_any_more(time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    throttle.add("old", "", window=throttle.HOUR)
    throttle.add("kept", "", window=throttle.DAY)
    time_machine.move_to(start + timedelta(hours=2), tick=False)
    assert cleaning.forget_old_attempts() == 1
    assert throttle.total("kept", "") == 1
