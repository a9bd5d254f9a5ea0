"""Deleting by the clock what nobody needs any more; the table of times is in portal/celery.py."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from dossiers.applicant import drafts
from dossiers.models import AttemptCount, Dossier
from dossiers.states import State


@shared_task
def forget_old_drafts() -> int:
    """Delete drafts nobody touched for DRAFT_KEEP_DAYS, their files too.

    Sent dossiers are never deleted.
    """
    limit = timezone.now() - timedelta(days=settings.DRAFT_KEEP_DAYS)
    old = Dossier.objects.filter(state=State.DRAFT, updated_at__lt=limit).values_list(
        "pk", flat=True
    )
    return sum(drafts.forget(pk, untouched_since=limit) for pk in list(old))


@shared_task
def forget_old_attempts() -> int:
    """Delete the counts of attempts that count for nothing any more; return how many."""
    deleted, _by_model = AttemptCount.objects.filter(expires_at__lte=timezone.now()).delete()
    return deleted
