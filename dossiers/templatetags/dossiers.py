"""Display only: the tone of a state's tag, and what happens next in it."""

from django import template

from dossiers.applicant import timeline
from dossiers.models import Dossier
from dossiers.states import State

register = template.Library()


@register.filter
def tone(state: str) -> str:
    """Return the tone of a state: done, wait, attention, stop or info."""
    return timeline.TONES[State(state)]


@register.filter
def next_step(dossier: Dossier) -> str:
    """Return the sentence that tells the applicant what happens now."""
    return timeline.next_step(dossier)
