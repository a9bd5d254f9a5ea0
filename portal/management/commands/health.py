"""manage.py health: whether each part works and how each queue stands; exit code 1 if not."""

import sys
from typing import Any

import redis
from django.core.management.base import BaseCommand

from dossiers.outbox import figures, queue
from portal import probes

PART = "{:<10} {:<6} {}"
QUEUE = "{:<10} {:>6} {:>9} {:>6} {:>9} {:>9} {:>9}"


class Command(BaseCommand):
    help = "Tell whether each part works and how each queue stands; exit code 1 when one fails."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        answers = probes.ask_all()
        self.stdout.write(PART.format("part", "state", ""))
        for part, error in answers.items():
            self.stdout.write(PART.format(part, "error" if error else "ok", error).rstrip())

        if not answers["database"]:
            self.write_queues(broker_answers=not answers["broker"])
        if any(answers.values()):
            sys.exit(1)

    def write_queues(self, *, broker_answers: bool) -> None:
        heads = ("queue", "due", "due for", "later", "oldest", "given up", "messages")
        self.stdout.write("\n" + QUEUE.format(*heads))
        for name, of_queue in figures.by_queue().items():
            messages = messages_in(name) if broker_answers else "?"
            cells = (
                name,
                of_queue.due,
                f"{of_queue.oldest_due:.0f} s",
                of_queue.later,
                f"{of_queue.oldest:.0f} s",
                of_queue.given_up,
                messages,
            )
            self.stdout.write(QUEUE.format(*cells))


def messages_in(name: str) -> str:
    """Return how many messages wait in the broker, or "?" when it fails."""
    try:
        return str(queue.length(name))
    except redis.RedisError:
        return "?"
