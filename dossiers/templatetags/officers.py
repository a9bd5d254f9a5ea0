"""Words for the staff pages: statuses, due dates, queues."""

from django import template
from django.urls import reverse
from django.utils import timezone

from dossiers import access
from dossiers.models import Attachment, Dossier
from dossiers.moves import Action
from dossiers.officer import queues
from dossiers.states import Role, State
from dossiers.verdicts import Status

register = template.Library()


@register.simple_tag
def sees_dossiers(user) -> bool:
    """Whether the code box makes sense for this visitor.

    A page that is made without a request knows none: then `user` is "".
    """
    return bool(user) and access.sees_dossiers(user)


@register.inclusion_tag("_status.html")
def state_tag(state: str) -> dict:
    """A state as word and shape."""
    return {"tone": State(state).record.tone, "word": State(state).label}


@register.simple_tag
def due_of(dossier: Dossier) -> queues.Due | None:
    """How the dossier stands to its due date."""
    return queues.due(dossier, timezone.now())


@register.simple_tag
def roles_in_words(user) -> str:
    """The staff roles of a user on one line; none where a page knows no user."""
    if not user:
        return ""
    return ", ".join(str(role.label) for role in Role if role in access.roles_of(user))


@register.simple_tag
def work_of(user) -> dict:
    """What the first staff page tells.

    The user's queues with their counts, what is late or due today, and files in quarantine.
    """
    counts = queues.counts(user)
    address = reverse("admin:dossiers_dossier_changelist")
    own_queues = queues.queues_for(user)
    lines = [
        {"queue": queue, "number": queue.number(counts), "url": f"{address}?viec={queue.key}"}
        for queue in own_queues
    ]
    shows_roles = len({queue.role for queue in own_queues}) > 1
    return {
        "shows_roles": shows_roles,
        "queues": lines,
        "quarantined": Attachment.objects.filter(status=Status.QUARANTINED).count(),
        "deadlines": queues.deadlines(user, timezone.now()),
        "all": address,
    }


@register.filter
def action_label(action: str) -> str:
    """The verb of an action; an action of another time keeps its own word."""
    return str(Action(action).label) if action in list(Action) else action


@register.filter
def role_label(role: str) -> str:
    """The name of a role."""
    return str(Role(role).label) if role in Role.values else role
