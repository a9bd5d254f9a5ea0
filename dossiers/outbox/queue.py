"""Writing outbox jobs, and telling the message queue of them after the commit.

This is all that the workflow knows of mails, papers and checks of files. The job row is the truth:
the queue only makes a worker look at it sooner than the sweep would.
"""

import logging
import time
from functools import partial

from celery import current_app
from django.db import transaction
from django.utils import timezone

from dossiers.models import Attachment, Document, Event, OutboxJob

log = logging.getLogger(__name__)

Channel = OutboxJob.Channel

# The task of each channel, by name: the modules that print and send are the worker's.
TASK_FOR: dict[str, str] = {
    Channel.MAIL: "dossiers.outbox.tasks.send_mail",
    Channel.PAPER: "dossiers.outbox.tasks.print_paper",
    Channel.CHECK: "dossiers.outbox.tasks.check_file",
}

# After a failure this process leaves the broker alone for a while: a page waits for a dead broker
# once, not once for each job.
BROKER_REST_SECONDS = 15.0
_broker_rests_until = 0.0


def add_letter(event: Event, letter: str) -> None:
    """Write the job of the mail about `event`; none when the applicant left no address."""
    recipient = event.dossier.email
    if not recipient:
        return
    job = OutboxJob.objects.create(
        channel=Channel.MAIL, event=event, letter=letter, recipient=recipient
    )
    enqueue(job)


def add_paper(event: Event, kind: str) -> None:
    """Write the row of the paper that `event` calls for, and the job that prints it."""
    document = Document.objects.create(dossier=event.dossier, event=event, kind=kind)
    job = OutboxJob.objects.create(channel=Channel.PAPER, event=event, document=document)
    enqueue(job)


def add_check(attachment: Attachment) -> None:
    """Write the job that looks into a file that was sent in."""
    enqueue(OutboxJob.objects.create(channel=Channel.CHECK, attachment=attachment))


def enqueue(job: OutboxJob) -> None:
    """Tell the message queue of `job` once the open transaction has committed.

    A broker that cannot be reached is logged and costs the caller nothing: the sweep finds the job.
    """
    transaction.on_commit(partial(_publish, TASK_FOR[job.channel], job.pk))


def _publish(task_name: str, job_pk: int) -> None:
    global _broker_rests_until
    if time.monotonic() < _broker_rests_until:
        return
    try:
        current_app.send_task(task_name, [job_pk], retry=False)
    except Exception as error:  # the move is committed: no fault of the broker may undo the answer
        _broker_rests_until = time.monotonic() + BROKER_REST_SECONDS
        reason = type(error).__name__
        log.warning("broker unreachable, job %s waits for the sweep: %s", job_pk, reason)


def oldest_waiting() -> float:
    """Return for how many seconds the oldest waiting job has been due; 0 when nothing waits."""
    waiting = OutboxJob.objects.filter(status=OutboxJob.Status.WAITING)
    oldest = waiting.order_by("lease_until").values_list("lease_until", flat=True).first()
    if oldest is None:
        return 0.0
    return max(0.0, (timezone.now() - oldest).total_seconds())
