"""Who works on a job: claim, done, failed, requeued.

Of two workers that claim a job one wins, and a worker that dies loses the job when its lease runs
out.
"""

import logging
import time
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.utils import timezone

from dossiers.models import OutboxJob
from dossiers.outbox import queue

log = logging.getLogger(__name__)

Status = OutboxJob.Status

LEASE = timedelta(minutes=2)
MARK_SECONDS = 90
MARK_PAUSE_SECONDS = 1
# A mail server may be down from Friday to Monday: half a minute between attempts at first, an hour
# at last.
MIN_RETRY_DELAY = timedelta(seconds=30)
MAX_RETRY_DELAY = timedelta(hours=1)
MAX_ATTEMPTS = 70
MAX_ERROR_LENGTH = 300


def claim(pk: int) -> OutboxJob | None:
    """Return the job with a fresh lease, or None.

    None: it is done, gone, given up, or another worker has it.
    """
    now = timezone.now()
    claimable = OutboxJob.objects.filter(pk=pk, status=Status.WAITING, lease_until__lte=now)
    # One UPDATE decides between two workers; the loser changes no row.
    lease_until = now + LEASE
    attempts = F("attempts") + 1
    if not claimable.update(lease_until=lease_until, attempts=attempts, enqueued_at=None):
        return None
    rows = OutboxJob.objects.select_related("event__dossier", "document", "attachment")
    job = rows.filter(pk=pk).first()
    if job is None:  # taken back together with its file
        return None
    if job.attempts > MAX_ATTEMPTS:  # no failure was ever recorded: it kills the worker
        _write_failure(job, "WorkerLost", give_up=True)
        return None
    return job


def put_off(pk: int, seconds: float) -> None:
    """Let a job that nobody has wait for so long; that is no attempt."""
    now = timezone.now()
    claimable = OutboxJob.objects.filter(pk=pk, status=Status.WAITING, lease_until__lte=now)
    claimable.update(lease_until=now + timedelta(seconds=seconds), enqueued_at=None)


def mark_done(job: OutboxJob) -> None:
    """Mark the job done; while the database is away, try again for most of the lease.

    A mail that has left and is not marked would be sent once more.
    """
    deadline = time.monotonic() + MARK_SECONDS
    while True:
        try:
            _write_done(job)
            return
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(MARK_PAUSE_SECONDS)


def _write_done(job: OutboxJob) -> None:
    # The row of a check may be gone: its file was taken back meanwhile.
    row = OutboxJob.objects.filter(pk=job.pk)
    row.update(status=Status.DONE, done_at=timezone.now(), error="")


def record_failure(job: OutboxJob, error: Exception, *, is_final: bool = False) -> None:
    """Let the job wait longer after each failure, and give it up after MAX_ATTEMPTS.

    A failure that `is_final` comes again whenever it is tried: it is given up at once.
    """
    give_up = is_final or job.attempts >= MAX_ATTEMPTS
    _write_failure(job, f"{type(error).__name__}: {error}", give_up=give_up)


def requeue(job: OutboxJob) -> bool:
    """Put a job that was given up back in the queue, as if it were new.

    Return whether it had been given up.
    """
    given_up = OutboxJob.objects.filter(pk=job.pk, status=Status.FAILED)
    now = timezone.now()
    changed = given_up.update(
        status=Status.WAITING, attempts=0, lease_until=now, enqueued_at=now, error=""
    )
    if not changed:
        return False
    queue.enqueue(job)
    return True


def _write_failure(job: OutboxJob, error: str, *, give_up: bool) -> None:
    doublings = min(job.attempts - 1, 10)
    delay = min(MIN_RETRY_DELAY * 2**doublings, MAX_RETRY_DELAY)
    # Only of this attempt: a worker that comes back late must not undo what another did meanwhile.
    same_attempt = OutboxJob.objects.filter(pk=job.pk, status=Status.WAITING, attempts=job.attempts)
    same_attempt.update(
        error=error.replace("\x00", "")[:MAX_ERROR_LENGTH],
        status=Status.FAILED if give_up else Status.WAITING,
        lease_until=timezone.now() + delay,
    )
    if give_up:
        log.error("job %s given up after %s attempts", job.pk, job.attempts)
