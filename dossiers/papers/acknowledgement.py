"""The acknowledgement that a dossier was sent. It is not form 01."""

from typing import Any

from dossiers.facts import Submitted
from dossiers.models import Event

MIN_ID_TO_SHOW_DIGITS_OF = 9


def context(event: Event) -> dict[str, Any]:
    facts = event.facts
    assert isinstance(facts, Submitted)  # noqa: S101 - the table of moves says so
    return {"masked_id": masked(facts.head.applicant.citizen_id)}


def masked(number: str) -> str:
    """Return an identity number with all but its last four digits hidden; a short one whole."""
    shown = number[-4:] if len(number) >= MIN_ID_TO_SHOW_DIGITS_OF else ""
    return "•" * (len(number) - len(shown)) + shown
