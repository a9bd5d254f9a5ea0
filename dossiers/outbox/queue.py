"""Writing outbox jobs, and telling the message queue of them after the commit.

This is all that the workflow knows of mails, papers and checks of files. The job row is the truth:
the queue only makes a worker look at it sooner than the sweep would (docs/adr/0012-queues.md).
"""

import logging
import time
from functools import partial

import redis
from celery import current_app
from django.db import Error as DatabaseError
from django.db import transaction

from dossiers.models import Attachment, Document, Event, OutboxJob
from dossiers.moves import Queue

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
BROKER_TIMEOUT_SECONDS = 2


def add_letter(event: Event, letter: str) -> None:
    """Write the job of the mail about `event`; none when the applicant left no address."""
    recipient = event.dossier.email
    if not recipient:
        return
    job = OutboxJob.objects.create(
        channel=Channel.MAIL, queue=Queue.MAIL, event=event, letter=letter, recipient=recipient
    )
    enqueue(job)


def add_paper(event: Event, kind: str, queue: Queue) -> None:
    """Write the row of the paper that `event` calls for, and the job that prints it in `queue`.

    Nobody waits at the counter for the paper of a move that no person made, as when a fee was paid
    online: it goes to the other papers.
    """
    if event.actor_id is None:
        queue = Queue.PAPERS
    document = Document.objects.create(dossier=event.dossier, event=event, kind=kind)
    job = OutboxJob.objects.create(
        channel=Channel.PAPER, queue=queue, event=event, document=document
    )
    enqueue(job)


def add_check(attachment: Attachment) -> None:
    """Write the job that looks into a file that was sent in."""
    job = OutboxJob.objects.create(channel=Channel.CHECK, queue=Queue.FILES, attachment=attachment)
    enqueue(job)


def enqueue(job: OutboxJob) -> None:
    """Tell the message queue of `job` once the open transaction has committed.

    The row already says that it is enqueued. A broker that cannot be reached is logged and costs
    the caller nothing: the mark is taken away again, and the sweep finds the job.
    """
    transaction.on_commit(partial(_publish, TASK_FOR[job.channel], job.queue, job.pk))


def broker() -> redis.Redis:
    """Return a client of the broker that does not wait long; whoever takes it closes it."""
    return redis.Redis.from_url(
        current_app.conf.broker_url,
        socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
        socket_timeout=BROKER_TIMEOUT_SECONDS,
    )


def length(queue: str) -> int:
    """Return how many messages wait in `queue`. Raises redis.RedisError without a broker."""
    with broker() as client:
        # Kombu keeps a queue as a list with the name of the queue.
        return int(client.llen(queue))


def _publish(task_name: str, queue: str, job_pk: int) -> None:
    global _broker_rests_until
    if time.monotonic() < _broker_rests_until:
        _unmark(job_pk)
        return
    try:
        current_app.send_task(task_name, [job_pk], queue=queue, retry=False)
    except Exception as error:  # the move is committed: no fault of the broker may undo the answer
        _broker_rests_until = time.monotonic() + BROKER_REST_SECONDS
        reason = type(error).__name__
        log.warning("broker unreachable, job %s waits for the sweep: %s", job_pk, reason)
        _unmark(job_pk)


def _unmark(job_pk: int) -> None:
    """Say that no message about the job is queued.

    Where that fails too, the sweep finds the job by counting the messages.
    """
    try:
        OutboxJob.objects.filter(pk=job_pk).update(enqueued_at=None)
    except DatabaseError as error:
        log.warning("job %s could not be marked: %s", job_pk, type(error).__name__)
