"""The time limit of a dossier: when it is due, and what a move does to that."""

from datetime import datetime

from dossiers.models import Dossier
from dossiers.moves import Clock
from services import calendars


def move_clock(dossier: Dossier, clock: Clock, now: datetime) -> None:
    """Change the times of `dossier` as the move says, without saving it.

    START and RESTART count the whole limit from `now`; RESUME counts from `now` the working time
    that was left when the clock was paused; STOP keeps the promised moment for the figures.
    """
    if clock == Clock.STOP:
        dossier.finished_at = now
        dossier.paused_at = None
    elif clock == Clock.PAUSE:
        dossier.paused_at = now
    elif clock in (Clock.START, Clock.RESTART):
        dossier.paused_at = None
        dossier.due_at = due_from(dossier, now)
    elif clock == Clock.RESUME and dossier.paused_at:
        if dossier.due_at:
            calendar = calendars.load()
            dossier.due_at = calendars.resume(dossier.due_at, dossier.paused_at, now, calendar)
        dossier.paused_at = None


def due_from(dossier: Dossier, start: datetime) -> datetime | None:
    """Return when the limit of `dossier` ends if it starts at `start`; None without a limit."""
    if dossier.time_limit is None:
        return None
    return calendars.due_at(start, dossier.time_limit, dossier.time_unit, calendars.load())
