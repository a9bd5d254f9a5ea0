"""The course of a dossier as its applicant reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier, Event
from dossiers.states import Role, State

NOTHING_TO_DO = _("Bạn chưa cần làm gì.")


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    sentence: str
    who: str
    note: str


def entries(dossier: Dossier, *, with_notes: bool) -> list[Entry]:
    """Return the timeline, newest first; notes only for those who may see everything."""
    events = dossier.events.select_related("actor").order_by("-pk")
    return [entry(event, with_notes=with_notes) for event in events]


def entry(event: Event, *, with_notes: bool) -> Entry:
    move = event.move
    note = event.note if with_notes and not move.internal else ""
    return Entry(at=event.at, sentence=str(move.sentence), who=who(event), note=note)


def who(event: Event) -> str:
    """Return name and title of an officer; "" for applicants, as a code alone opens this page."""
    if event.role == Role.CITIZEN or event.actor is None:
        return ""
    parts = [event.actor.get_full_name(), event.actor.title]
    return ", ".join(part for part in parts if part)


def next_step(dossier: Dossier) -> str:
    """Return the sentence that tells the applicant what happens now, and whether to do anything."""
    record = State(dossier.state).record
    # Whoever still owes money is not told that there is nothing to do.
    if record.applicant_waits and not dossier.owed:
        return f"{record.next_step} {NOTHING_TO_DO}"
    return str(record.next_step)
