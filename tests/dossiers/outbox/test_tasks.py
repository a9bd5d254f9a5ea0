"""Rows before messages: taken by one worker, given back when it fails or dies, done once.

Never lost.
"""

import logging
import time
from datetime import timedelta

import pytest
from celery import Celery
from django.core import mail as django_mail
from django.db import OperationalError as DatabaseLost
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from dossiers.models import Document, Dossier, OutboxJob
from dossiers.moves import Action
from dossiers.outbox import leases, mail, queue, schedule, tasks
from dossiers.papers import render
from dossiers.states import Role, State
from services.printing import MissingGlyph
from tests.dossiers.factories import DossierFactory, act

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words(monkeypatch):
    """Mails and papers with words of their own: templates have tests of their own."""
    monkeypatch.setattr(mail, "compose", lambda row: ("Về hồ sơ", "Xin chào."))
    monkeypatch.setattr(render, "html_of", lambda document: f"<p>{document.kind}")
    monkeypatch.setattr(render, "to_pdf", lambda html: b"%PDF-" + html.encode())


@pytest.fixture
def letter() -> OutboxJob:
    DossierFactory()
    return OutboxJob.objects.filter(channel="mail").get()


@pytest.fixture
def paper() -> OutboxJob:
    DossierFactory()
    return OutboxJob.objects.get(channel="paper")


# --- Leases ---


def test_row_is_taken_by_one_worker_at_a_time(letter):
    taken = leases.claim(letter.pk)
    assert taken == letter
    assert taken.attempts == 1
    assert leases.claim(letter.pk) is None


def test_row_that_does_not_exist_is_nobodys(letter):
    assert leases.claim(letter.pk + 100) is None


def test_what_a_killed_worker_held_is_taken_by_another_once_its_lease_ran_out(
    letter, time_machine, queue
):
    start = timezone.now() + timedelta(seconds=1)
    time_machine.move_to(start, tick=False)
    leases.claim(letter.pk)  # and the worker is killed
    tasks.send_mail(letter.pk)
    assert django_mail.outbox == []
    time_machine.move_to(start + leases.LEASE, tick=False)
    tasks.send_mail(letter.pk)
    assert len(django_mail.outbox) == 1


def test_paper_with_a_missing_glyph_is_given_up_at_once_and_names_it(paper, monkeypatch):
    def lack(html):
        raise MissingGlyph("王")

    monkeypatch.setattr(render, "to_pdf", lack)

    tasks.print_paper(paper.pk)

    paper.refresh_from_db()
    assert paper.status == "failed"
    assert "王 (U+738B)" in paper.error


def test_lease_outlives_every_task(settings):
    assert (
        settings.CELERY_TASK_SOFT_TIME_LIMIT
        < settings.CELERY_TASK_TIME_LIMIT
        < leases.LEASE.total_seconds()
    )
    assert settings.EMAIL_TIMEOUT < settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_task_that_kills_its_worker_each_time_is_given_up(letter, time_machine, caplog):
    time_machine.move_to(timezone.now() + timedelta(seconds=1), tick=False)
    for _killed in range(leases.MAX_ATTEMPTS):
        assert leases.claim(letter.pk)
        time_machine.shift(leases.LEASE)
    assert leases.claim(letter.pk) is None
    letter.refresh_from_db()
    assert letter.status == OutboxJob.Status.FAILED
    assert letter.error
    assert "given up" in caplog.text


# --- Twice is once ---


def test_mail_asked_for_twice_is_sent_once(letter):
    tasks.send_mail(letter.pk)
    tasks.send_mail(letter.pk)
    assert [(one.to, one.subject) for one in django_mail.outbox] == [
        ([letter.recipient], "Về hồ sơ")
    ]
    letter.refresh_from_db()
    assert (letter.status, letter.done_at is not None) == (OutboxJob.Status.DONE, True)


def test_paper_asked_for_twice_is_printed_once(paper):
    tasks.print_paper(paper.pk)
    first = Document.objects.get()
    tasks.print_paper(paper.pk)
    again = Document.objects.get()
    assert again.is_ready
    assert (again.file.name, again.sha256) == (first.file.name, first.sha256)
    assert again.job.attempts == 1
    assert len(first.file.storage.listdir(f"giay-to/{first.dossier_id}")[1]) == 1


def test_mail_sent_again_after_a_crash_is_known_by_the_mail_server(letter):
    mail.deliver(letter)  # the worker dies before its row is written
    mail.deliver(letter)
    assert len({one.extra_headers["Message-ID"] for one in django_mail.outbox}) == 1


# --- Failures ---


@pytest.fixture
def broken(monkeypatch):
    def fail(row):
        raise ConnectionRefusedError(f"550 no such mailbox: {row.recipient}")

    monkeypatch.setattr(mail, "compose", fail)


def test_what_failed_waits_longer_each_time(letter, broken, time_machine):
    waits = []
    for _attempt in range(12):
        time_machine.move_to(timezone.now() + timedelta(days=1), tick=False)
        tasks.send_mail(letter.pk)
        letter.refresh_from_db()
        waits.append(letter.lease_until - timezone.now())
    assert letter.status == OutboxJob.Status.WAITING
    assert waits == sorted(waits)
    assert timedelta(seconds=10) < waits[0] < timedelta(minutes=2)
    assert waits[-1] <= timedelta(hours=1)


def test_mail_server_that_is_down_for_a_weekend_loses_nothing(letter, broken, time_machine):
    monday = timezone.now() + timedelta(hours=60)
    while timezone.now() < monday:
        tasks.send_mail(letter.pk)
        letter.refresh_from_db()
        assert letter.status == OutboxJob.Status.WAITING
        time_machine.move_to(letter.lease_until, tick=False)


def test_what_can_never_be_done_is_given_up_loudly(letter, broken, time_machine, caplog):
    for _attempt in range(leases.MAX_ATTEMPTS):
        tasks.send_mail(letter.pk)
        letter.refresh_from_db()
        time_machine.move_to(letter.lease_until, tick=False)
    assert letter.status == OutboxJob.Status.FAILED
    assert "ConnectionRefusedError" in letter.error
    assert any(
        record.levelno >= logging.ERROR and "given up" in record.message
        for record in caplog.records
    )


def test_log_says_what_failed_and_where_but_never_for_whom(letter, broken, caplog):
    tasks.send_mail(letter.pk)
    assert f"job {letter.pk}" in caplog.text
    assert "ConnectionRefusedError" in caplog.text
    assert "test_tasks.py" in caplog.text
    assert letter.recipient not in caplog.text
    assert letter.event.dossier.tracking_code not in caplog.text


def test_failure_with_a_long_story_fits_into_the_row(letter, monkeypatch):
    def fail(row):
        raise ValueError("\x00" + "x" * 5000)

    monkeypatch.setattr(mail, "compose", fail)
    tasks.send_mail(letter.pk)
    letter.refresh_from_db()
    assert letter.error.startswith("ValueError")
    assert letter.lease_until > timezone.now()


def test_worker_that_fails_late_does_not_undo_what_another_did(letter, time_machine):
    time_machine.move_to(timezone.now() + timedelta(seconds=1), tick=False)
    slow = leases.claim(letter.pk)
    time_machine.shift(leases.LEASE)
    tasks.send_mail(letter.pk)
    leases.record_failure(slow, TimeoutError("at last"))
    letter.refresh_from_db()
    assert letter.status == OutboxJob.Status.DONE
    assert len(django_mail.outbox) == 1


def test_failed_mail_holds_up_no_paper(letter, broken, run_queue):
    run_queue()
    assert Document.objects.get().is_ready


@pytest.mark.django_db(transaction=True)
def test_mail_that_left_while_the_database_went_away_is_not_sent_again(letter, monkeypatch):
    write_done = leases._write_done
    losses = iter([DatabaseLost("gone"), DatabaseLost("still gone")])

    def write_when_the_database_is_back(job: OutboxJob) -> None:
        for loss in losses:
            raise loss
        write_done(job)

    monkeypatch.setattr(leases, "_write_done", write_when_the_database_is_back)
    monkeypatch.setattr(leases, "MARK_PAUSE_SECONDS", 0)
    tasks.send_mail(letter.pk)
    letter.refresh_from_db()
    assert letter.status == "done"
    assert len(django_mail.outbox) == 1


# --- The broker ---


@pytest.mark.real_broker
@pytest.mark.django_db(transaction=True)
def test_broker_that_is_down_at_sending_costs_a_moment_and_loses_nothing(dead_broker, caplog):
    draft = DossierFactory(state=State.DRAFT)
    started = time.monotonic()
    sent = act(draft, Action.SUBMIT, Role.CITIZEN)
    assert time.monotonic() - started < 3
    assert Dossier.objects.get(pk=sent.pk).state == State.SUBMITTED
    assert "waits for the sweep: OperationalError" in caplog.text
    assert sent.tracking_code not in caplog.text
    assert [job.status for job in OutboxJob.objects.all()] == ["waiting", "waiting"]


def test_broker_that_does_not_answer_is_not_asked_again_for_each_row(
    monkeypatch, caplog, run_queue
):
    asked = []

    def time_out(app, name, args, **options):
        asked.append(args)
        raise OperationalError("timed out")

    monkeypatch.setattr(Celery, "send_task", time_out)
    for _dossier in range(3):
        DossierFactory()
    run_queue()
    assert len(asked) == 1
    assert "OperationalError" in caplog.text
    monkeypatch.setattr(queue, "_broker_rests_until", 0.0)  # the pause is over
    schedule.sweep()
    run_queue()
    assert len(asked) == 2


@pytest.mark.parametrize("error", [RuntimeError("bug"), OSError("gone"), ValueError("nonsense")])
def test_whatever_is_wrong_with_the_broker_nobody_but_the_log_is_told(
    error, monkeypatch, run_queue, caplog
):
    """A message that is not sent must not turn a committed dossier into an error page."""

    def fail(app, name, args, **options):
        raise error

    monkeypatch.setattr(Celery, "send_task", fail)
    DossierFactory()
    run_queue()
    assert type(error).__name__ in caplog.text


def test_what_the_queue_lost_the_sweep_finds(run_queue):
    DossierFactory()
    connection.run_on_commit.clear()
    OutboxJob.objects.update(enqueued_at=timezone.now() - schedule.MIN_AGE_OF_MISSING * 2)
    assert schedule.sweep() == 2
    run_queue()
    assert len(django_mail.outbox) == 1
    assert Document.objects.get().is_ready
