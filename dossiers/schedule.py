"""Deleting by the clock what nobody needs any more; the table of times is in portal/celery.py."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from celery import shared_task
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import FileField
from django.utils import timezone

from dossiers.applicant import drafts
from dossiers.models import ATTACHMENTS_FOLDER, DOCUMENTS_FOLDER, AttemptCount, Dossier
from dossiers.states import State

log = logging.getLogger(__name__)

# A file is written before its row: one without a row may still get it.
MIN_ORPHAN_AGE = timedelta(days=1)
MAX_DELETIONS_OF_A_RUN = 1000
HOURS_OF_A_DAY = 24
NAMES_OF_A_QUERY = 500


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


@shared_task
def delete_orphaned_files() -> int:
    """Delete files that no row names, as workers leave them that are killed between file and row.

    Runs every hour; each run looks through the dossiers whose turn it is, all of them in a day.
    Return how many files were deleted.
    """
    limit = timezone.now() - MIN_ORPHAN_AGE
    deleted = 0
    files = stored_files(timezone.now().hour)
    while batch := list(islice(files, NAMES_OF_A_QUERY)):
        for name in sorted(set(batch) - named_files(batch)):
            if deleted == MAX_DELETIONS_OF_A_RUN:
                return deleted
            if is_older(name, limit):
                default_storage.delete(name)
                log.warning("deleted a file that no row names: %s", name)
                deleted += 1
    return deleted


def is_older(name: str, limit: datetime) -> bool:
    """Whether a file was written before `limit`; not one that went meanwhile with its draft."""
    try:
        return default_storage.get_modified_time(name) < limit
    except FileNotFoundError:
        return False


def stored_files(hour: int) -> Iterator[str]:
    """Yield the names of files in the folders of the dossiers whose turn is at `hour`."""
    for top in (ATTACHMENTS_FOLDER, DOCUMENTS_FOLDER):
        for folder in listed(top)[0]:
            if folder.isdecimal() and int(folder) % HOURS_OF_A_DAY == hour:
                yield from (f"{top}/{folder}/{name}" for name in listed(f"{top}/{folder}")[1])


def listed(path: str) -> tuple[list[str], list[str]]:
    """Return folders and files of a folder of the store; none of one that is not there."""
    try:
        return default_storage.listdir(path)
    except FileNotFoundError:
        return [], []


def named_files(names: list[str]) -> set[str]:
    """Return those of `names` that a row of any table names, whichever column it is."""
    named: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                rows = model._default_manager.filter(**{f"{field.name}__in": names})
                named.update(rows.values_list(field.name, flat=True))
    return named
