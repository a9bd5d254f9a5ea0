"""The Celery task of each channel. Every task takes the id of a job and is idempotent."""

import logging
import traceback
from collections.abc import Callable

from celery import shared_task

from dossiers.file_checks import check
from dossiers.models import OutboxJob
from dossiers.outbox import leases, mail, mail_server
from dossiers.papers import render
from services.printing import MissingGlyph

log = logging.getLogger(__name__)


@shared_task
def send_mail(pk: int) -> None:
    """Send one mail, or put it off while the mail server is left alone."""
    rest = mail_server.seconds_of_rest()
    if rest:
        leases.put_off(pk, rest)
    else:
        run(pk, mail.deliver)


@shared_task
def print_paper(pk: int) -> None:
    run(pk, print_document)


@shared_task
def check_file(pk: int) -> None:
    run(pk, check_attachment)


def check_attachment(job: OutboxJob) -> None:
    assert job.attachment is not None  # noqa: S101 - a constraint of the table says so
    check.check(job.attachment, attempts=job.attempts)


def print_document(job: OutboxJob) -> None:
    assert job.document is not None  # noqa: S101 - a constraint of the table says so
    render.render(job.document)


def run(pk: int, do: Callable[[OutboxJob], None]) -> None:
    """Claim the job, do it, and mark it done; a failure is written down for another attempt."""
    job = leases.claim(pk)
    if job is None:
        return
    try:
        do(job)
    except Exception as error:  # whatever failed, the job must say so and be tried again
        # Where it failed, and not what was said: an error of a mail server names the person. The
        # message stays in the row.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("job %s failed: %s\n%s", pk, type(error).__name__, where)
        leases.record_failure(job, error, is_final=isinstance(error, MissingGlyph))
    else:
        leases.mark_done(job)
