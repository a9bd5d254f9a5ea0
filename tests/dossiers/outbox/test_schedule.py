"""What happens by the clock: the sweep, and forgetting what was never sent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from dossiers import schedule as cleaning
from dossiers import throttle
from dossiers.applicant import drafts
from dossiers.models import Attachment, Dossier, OutboxJob
from dossiers.outbox import leases, schedule, tasks
from dossiers.outbox import queue as outbox_queue
from dossiers.states import State
from tests.dossiers.factories import DossierFactory, attach, image_file

pytestmark = pytest.mark.django_db


# --- The sweep ---


def test_sweep_hurries_what_waits_and_leaves_the_rest(queue):
    for _dossier in range(4):
        DossierFactory()
    connection.run_on_commit.clear()  # the queue lost it all
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
    connection.run_on_commit.clear()  # the queue lost it all
    first, second, third = OutboxJob.objects.order_by("pk")
    OutboxJob.objects.filter(pk=third.pk).update(lease_until=timezone.now() - timedelta(hours=1))
    assert schedule.sweep() == 2
    commit()
    assert [pk for _task, pk in queue] == [third.pk, first.pk]
    assert second.status == OutboxJob.Status.WAITING


def commit() -> None:
    while connection.run_on_commit:
        connection.run_on_commit.pop(0)[1]()


def test_nothing_waits_when_nothing_is_there(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert outbox_queue.oldest_waiting() == 0


def test_how_long_the_oldest_row_has_been_due(time_machine):
    time_machine.move_to("2026-02-11T03:00:00Z", tick=False)
    DossierFactory()
    time_machine.shift(40)
    DossierFactory()
    assert outbox_queue.oldest_waiting() == 40
    OutboxJob.objects.filter(channel="mail").update(status="done")
    assert outbox_queue.oldest_waiting() == 40
    OutboxJob.objects.update(status="failed")
    assert outbox_queue.oldest_waiting() == 0


def test_row_in_hand_or_put_off_is_not_late(time_machine):
    time_machine.move_to("2026-02-11T03:00:00Z", tick=False)
    DossierFactory()
    for job in OutboxJob.objects.all():
        leases.claim(job.pk)
    time_machine.shift(60)
    assert outbox_queue.oldest_waiting() == 0


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
