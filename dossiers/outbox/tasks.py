"""What happens after a commit. Every task takes an id, asks "already done?" first, and may run twice.

A task owns a row only through its lease (`take`): of two workers one wins, and a worker that dies loses it by time.
"""

import logging
import time
import traceback
from datetime import timedelta
from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dossiers.models import Document, Notification, Waiting
from dossiers.outbox import mail
from dossiers.papers import render

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
# A mail server may be down from Friday to Monday: half a minute between attempts at first, an hour at last.
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 70
# After a failure this process leaves the broker alone for a while: a page waits for it once, not once for each row.
BROKER_REST_SECONDS = 15.0
_asked_again_from = 0.0


def hurry(task, pk: int) -> None:
    """Queue `task` for the row once the open transaction has committed; a broker that is down is no one's problem."""
    transaction.on_commit(partial(_send, task, pk))


def _send(task, pk: int) -> None:
    global _asked_again_from
    if time.monotonic() < _asked_again_from:
        return
    try:
        task.apply_async([pk], retry=False)
    except (
        Exception
    ) as error:  # the dossier is committed: no trouble of the broker may become the visitor's
        _asked_again_from = time.monotonic() + BROKER_REST_SECONDS
        log.warning("broker unreachable, row %s waits for the sweep: %s", pk, type(error).__name__)


def take(model: type[Waiting], pk: int) -> Waiting | None:
    """Return the row with a fresh lease, or None when it is done, gone, given up, or in another worker's hands."""
    now = timezone.now()
    waiting = model.objects.filter(pk=pk, status=Waiting.Status.WAITING, lease_until__lte=now)
    if not waiting.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    row = model.objects.get(pk=pk)
    if row.attempts > MOST_ATTEMPTS:  # nobody ever put it back: it kills who takes it
        _write_failure(row, "WorkerLost", give_up=True)
        return None
    return row


def put_back(row: Waiting, error: Exception) -> None:
    """Let a row that failed wait longer each time, and give up loudly after MOST_ATTEMPTS."""
    _write_failure(row, f"{type(error).__name__}: {error}", give_up=row.attempts >= MOST_ATTEMPTS)


def try_again(row: Waiting) -> bool:
    """Put a row that was given up back in the queue, as if it were new; tell whether it had been given up."""
    given_up = type(row).objects.filter(pk=row.pk, status=Waiting.Status.FAILED)
    if not given_up.update(
        status=Waiting.Status.WAITING, attempts=0, lease_until=timezone.now(), error=""
    ):
        return False
    hurry(WORK[type(row)], row.pk)
    return True


def _write_failure(row: Waiting, story: str, *, give_up: bool) -> None:
    wait = min(FIRST_WAIT * 2 ** min(row.attempts - 1, 10), LONGEST_WAIT)
    status = Waiting.Status.FAILED if give_up else Waiting.Status.WAITING
    # Only of this attempt: a worker that comes back late must not undo what another has done meanwhile.
    type(row).objects.filter(
        pk=row.pk, status=Waiting.Status.WAITING, attempts=row.attempts
    ).update(
        error=story.replace("\x00", "")[:300], status=status, lease_until=timezone.now() + wait
    )
    if give_up:
        log.error("%s %s given up after %s attempts", type(row).__name__, row.pk, row.attempts)


@shared_task
def deliver_notification(pk: int) -> None:
    """Send one mail."""
    _work(Notification, pk, mail.deliver)


@shared_task
def render_document(pk: int) -> None:
    """Make one PDF."""
    _work(Document, pk, render.render)


def _work(model: type[Waiting], pk: int, do) -> None:
    row = take(model, pk)
    if row is None:
        return
    try:
        do(row)
    except Exception as error:  # whatever failed, the row must say so and be tried again
        # Where, but not what it said: an error of a mail server names the person; that stays in the row.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s %s failed: %s\n%s", model.__name__, pk, type(error).__name__, where)
        put_back(row, error)


# Each kind of waiting row, and the task that does it.
WORK: dict[type[Waiting], Any] = {Notification: deliver_notification, Document: render_document}
