"""The sweep: finds by the clock what the message queue lost and what a dead worker held."""

import logging
from datetime import datetime, timedelta

import redis
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from dossiers.models import OutboxJob
from dossiers.moves import Queue
from dossiers.outbox import queue

log = logging.getLogger(__name__)

MAX_JOBS_OF_A_SWEEP = 5000  # of one queue; a second or two of work
# A message that was just sent, or just taken by a worker, is not missed yet.
MIN_AGE_OF_MISSING = timedelta(seconds=60)


@shared_task
def sweep() -> int:
    """Enqueue every due job that no message is queued for; return how many."""
    total = 0
    for name in Queue.values:
        try:
            messages = queue.length(name)
        except redis.RedisError as error:
            log.warning("broker unreachable, nothing is swept: %s", type(error).__name__)
            break
        total += _sweep_queue(name, messages, timezone.now())
    return total


@transaction.atomic
def _sweep_queue(name: str, messages: int, now: datetime) -> int:
    due = OutboxJob.objects.filter(
        queue=name, status=OutboxJob.Status.WAITING, lease_until__lte=now
    )
    # Of two sweeps at once each locks rows that the other does not have.
    locked = due.select_for_update(skip_locked=True)
    unmarked = locked.filter(enqueued_at=None).order_by("lease_until", "pk")
    jobs = list(unmarked[:MAX_JOBS_OF_A_SWEEP])

    # Each marked row should have its message. Where the broker has fewer, it lost some; which ones
    # is unknown, but what was enqueued first is first to be taken, and lost with a worker.
    marked = due.filter(enqueued_at__lt=now - MIN_AGE_OF_MISSING)
    missing = max(0, marked.count() - messages)
    room = MAX_JOBS_OF_A_SWEEP - len(jobs)
    longest_marked = locked.filter(enqueued_at__lt=now - MIN_AGE_OF_MISSING)
    jobs += longest_marked.order_by("enqueued_at", "pk")[: min(missing, room)]

    OutboxJob.objects.filter(pk__in=[job.pk for job in jobs]).update(enqueued_at=now)
    for job in jobs:
        queue.enqueue(job)
    return len(jobs)
