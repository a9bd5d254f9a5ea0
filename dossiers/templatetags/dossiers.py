"""For pages of applicants: the tone of a state's tag, and what happens next in it."""

from django import template

from dossiers.applicant import timeline
from dossiers.states import State

register = template.Library()

register.filter("next_step", timeline.next_step)


@register.filter
def tone(state: str) -> str:
    """Return the tone of a state: done, wait, attention, stop or info."""
    return State(state).record.tone
