"""How each queue stands: what a supervisor, the metrics and `manage.py health` are told."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from dossiers.models import OutboxJob
from dossiers.moves import Queue

Status = OutboxJob.Status


@dataclass(frozen=True)
class QueueFigures:
    """The rows of one queue; ages in seconds.

    `due` rows could be worked on now and `oldest_due` is how long the first of them has been due.
    `later` rows have a worker, or wait after a failure. `oldest` is how long ago the first of both
    was written. `given_up` rows wait for a person.
    """

    queue: str
    due: int = 0
    oldest_due: float = 0.0
    later: int = 0
    oldest: float = 0.0
    given_up: int = 0


def by_queue() -> dict[str, QueueFigures]:
    """Return the figures of every queue, also of empty ones."""
    now = timezone.now()
    is_due = Q(lease_until__lte=now)
    waiting = OutboxJob.objects.filter(status=Status.WAITING).order_by().values("queue")
    counted = waiting.annotate(
        due=Count("pk", filter=is_due),
        first_due=Min("lease_until", filter=is_due),
        later=Count("pk", filter=~is_due),
        first=Min("created_at"),
    )
    failed = OutboxJob.objects.filter(status=Status.FAILED).order_by().values("queue")
    given_up = dict(failed.annotate(count=Count("pk")).values_list("queue", "count"))

    nothing = {"due": 0, "first_due": None, "later": 0, "first": None}
    rows: dict[str, dict[str, Any]] = {row["queue"]: dict(row) for row in counted}
    figures = {}
    for queue in Queue.values:
        row = rows.get(queue, nothing)
        first_due = row["first_due"] or now
        first = row["first"] or now
        figures[queue] = QueueFigures(
            queue=queue,
            due=row["due"],
            oldest_due=(now - first_due).total_seconds(),
            later=row["later"],
            oldest=(now - first).total_seconds(),
            given_up=given_up.get(queue, 0),
        )
    return figures
