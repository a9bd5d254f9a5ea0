"""What happens after a commit. Every task takes an id, asks "already done?" first, and may run twice.

A task owns a row only through its lease (`take`): of two workers one wins, and a worker that dies loses it by time.
"""

import logging
from datetime import timedelta
from functools import partial

from celery import shared_task
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from dossiers import documents, notifications
from dossiers.models import Document, Notification, Waiting

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8


def hurry(task, pk: int) -> None:
    """Queue `task` for the row once the open transaction has committed; a broker that is down is no one's problem."""
    transaction.on_commit(partial(_send, task, pk))


def _send(task, pk: int) -> None:
    try:
        task.apply_async([pk], retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable, row %s waits for the sweep: %s", pk, type(error).__name__)


def take(model: type[Waiting], pk: int) -> Waiting | None:
    """Return the row with a fresh lease, or None when it is done, gone, or in another worker's hands."""
    now = timezone.now()
    waiting = model.objects.filter(pk=pk, status=Waiting.Status.WAITING, lease_until__lte=now)
    if not waiting.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return model.objects.get(pk=pk)


def put_back(row: Waiting, error: Exception) -> None:
    """Let a row that failed wait longer each time, and give up loudly after MOST_ATTEMPTS."""
    row.error = f"{type(error).__name__}: {error}"[:300]
    if row.attempts >= MOST_ATTEMPTS:
        row.status = Waiting.Status.FAILED
        log.error("%s %s given up after %s attempts", type(row).__name__, row.pk, row.attempts)
    row.lease_until = timezone.now() + timedelta(seconds=15 * 2**row.attempts)
    row.save(update_fields=["error", "status", "lease_until"])


@shared_task
def deliver_notification(pk: int) -> None:
    """Send one mail."""
    _work(Notification, pk, notifications.deliver)


@shared_task
def render_document(pk: int) -> None:
    """Make one PDF."""
    _work(Document, pk, documents.render)


def _work(model: type[Waiting], pk: int, do) -> None:
    row = take(model, pk)
    if row is None:
        return
    try:
        do(row)
    except Exception as error:  # whatever failed, the row must say so and be tried again
        log.exception("%s %s failed", model.__name__, pk)
        put_back(row, error)
