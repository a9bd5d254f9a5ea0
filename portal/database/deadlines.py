"""How long each kind of process waits for the database.

A process says at its start what it is by `use`; commands such as `migrate` say nothing and wait as
long as it takes.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deadlines:
    """Seconds; 0 is no limit."""

    statement: float = 0  # PostgreSQL ends a statement that takes longer
    lock: float = 0  # and one that waits longer for another's lock
    idle_in_transaction: float = 0  # and the connection of a process that forgot its transaction
    answer: float = 0  # the process itself gives up: the server may be paused, or a network silent
    rest: float = 0  # after that, and after a failed connection, the database is left alone


COMMAND = Deadlines()
# An honest page within 6 seconds, whichever of these is met first.
WEB = Deadlines(statement=4, lock=3, idle_in_transaction=15, answer=4.5, rest=2)
# Longer than a task may take (CELERY_TASK_TIME_LIMIT).
WORKER = Deadlines(statement=60, lock=30, idle_in_transaction=120, answer=90)

_current = COMMAND


def current() -> Deadlines:
    return _current


def use(deadlines: Deadlines) -> None:
    """Say what this process is, before it opens its first connection."""
    global _current
    _current = deadlines


def startup_options(deadlines: Deadlines) -> str:
    """Return the limits that PostgreSQL keeps itself, as libpq's `options`."""
    limits = {
        "statement_timeout": deadlines.statement,
        "lock_timeout": deadlines.lock,
        "idle_in_transaction_session_timeout": deadlines.idle_in_transaction,
    }
    return " ".join(
        f"-c {name}={int(seconds * 1000)}" for name, seconds in limits.items() if seconds
    )
