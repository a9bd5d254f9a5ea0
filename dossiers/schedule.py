"""What happens by the clock; the table is in portal/celery.py."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from dossiers import drafts, tasks
from dossiers.models import Dossier, FailedAttempt, Waiting
from dossiers.states import State

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


@shared_task
def forget_old_drafts() -> int:
    """Delete drafts nobody touched for DRAFT_KEEP_DAYS, their files too. Sent dossiers are never deleted."""
    limit = timezone.now() - timedelta(days=settings.DRAFT_KEEP_DAYS)
    old = Dossier.objects.filter(state=State.DRAFT, updated_at__lt=limit).values_list(
        "pk", flat=True
    )
    return sum(drafts.forget(pk, untouched_since=limit) for pk in list(old))


@shared_task
def forget_old_attempts() -> int:
    """Delete the counts of failed lookups older than a day."""
    deleted, _by_model = FailedAttempt.objects.filter(
        hour__lt=timezone.now() - timedelta(days=1)
    ).delete()
    return deleted
