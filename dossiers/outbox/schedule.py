"""The sweep: finds by the clock what the queue lost."""

from celery import shared_task
from django.utils import timezone

from dossiers.models import Waiting
from dossiers.outbox import tasks

BATCH = 200


@shared_task
def sweep() -> int:
    """Hurry every row whose lease ran out: what the queue lost, what a dead worker held. Returns how many."""
    now = timezone.now()
    found = 0
    for model, task in tasks.WORK.items():
        overdue = model.objects.filter(
            status=Waiting.Status.WAITING, lease_until__lte=now
        ).order_by("lease_until")
        for pk in overdue.values_list("pk", flat=True)[:BATCH]:
            tasks.hurry(task, pk)
            found += 1
    return found


def oldest_waiting() -> float:
    """Return for how many seconds the oldest waiting row has been due; 0 when nothing waits."""
    now = timezone.now()
    due = [
        row.lease_until
        for model in tasks.WORK
        if (
            row := model.objects.filter(status=Waiting.Status.WAITING)
            .order_by("lease_until")
            .first()
        )
    ]
    return max(0.0, (now - min(due)).total_seconds()) if due else 0.0
