"""The sweep: finds by the clock what the message queue lost and what a dead worker held."""

from celery import shared_task
from django.utils import timezone

from dossiers.models import OutboxJob
from dossiers.outbox import queue

MAX_JOBS_OF_A_SWEEP = 400


@shared_task
def sweep() -> int:
    """Enqueue every waiting job whose lease ran out; return how many."""
    waiting = OutboxJob.objects.filter(status=OutboxJob.Status.WAITING)
    overdue = waiting.filter(lease_until__lte=timezone.now()).order_by("lease_until")
    jobs = list(overdue[:MAX_JOBS_OF_A_SWEEP])
    for job in jobs:
        queue.enqueue(job)
    return len(jobs)
