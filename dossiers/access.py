"""Who may see what, and who may do what. Views, admin buttons and POSTs all ask here.

Three tiers for the public: an official number tells state and dates; the tracking code also tells
service, timeline, unit and person in charge; the code with the last four digits of the telephone on
the dossier or all of them (or the owner's sign-in) opens everything. "Unknown" and "wrong" get the
same answer after the same work, and both take a try of the throttle.
"""

import hmac

from django.db.models import QuerySet
from django.http import HttpRequest

from dossiers import codes, grants
from dossiers.models import Dossier
from dossiers.moves import Action, leaving
from dossiers.states import STAFF_ROLES, Role, State
from services.questions.phone import read_whole_number

# The Django group of each staff role; portal.accounts.groups creates them.
GROUPS = {Role.DESK: "Cán bộ một cửa", Role.CASE: "Chuyên viên thụ lý", Role.LEADER: "Lãnh đạo"}

SECOND_FACTOR_DIGITS = 4


# --- The public ---


def grant(request: HttpRequest, dossier: Dossier) -> None:
    """Let this browser see and act on the dossier, until it was not used for grants.LIFETIME."""
    grants.of(request).add(dossier.pk, is_draft=dossier.state == State.DRAFT)


def revoke(request: HttpRequest, dossier: Dossier) -> None:
    """Take back from this browser what `grant` gave it; an owner's sign-in is not touched."""
    grants.of(request).remove(dossier.pk)


def has_access(request: HttpRequest, dossier: Dossier) -> bool:
    """Whether the visitor may see everything of the dossier and act on it as its applicant.

    Asking is using: it renews the grant.
    """
    opened_here = grants.has(request, dossier.pk, is_draft=dossier.state == State.DRAFT)
    is_owner = request.user.is_authenticated and dossier.owner_id == request.user.pk
    return opened_here or is_owner


def find_by_tracking(code: str) -> Dossier | None:
    """Return the dossier of a tracking code typed in any way, or None."""
    tracking = codes.read_tracking_code(code)
    if tracking is None:
        return None
    return (
        Dossier.objects.select_related("service", "agency", "handler", "owner")
        .filter(tracking_code=tracking)
        .first()
    )


def second_factor_is(dossier: Dossier | None, typed: str) -> bool:
    """Compare the last four digits of the telephone, or the whole number in any usual spelling.

    In the same time whether or not there is a dossier. Reserve the try with `throttle` before.
    """
    phone = dossier.phone if dossier else ""
    last = _digits(phone)[-SECOND_FACTOR_DIGITS:]
    short = _is_same(last if len(last) == SECOND_FACTOR_DIGITS else "", _digits(typed))
    whole = _is_same(read_whole_number(phone), read_whole_number(typed))
    return short or whole


def _is_same(known: str, typed: str) -> bool:
    """Whether both are there and equal, compared in constant time."""
    return hmac.compare_digest(known or "none", typed or "empty")


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())


def open_drafts(request: HttpRequest) -> QuerySet[Dossier]:
    """Return the drafts that this visitor can go on with; for most visitors without a query."""
    opened = grants.of(request).drafts()
    user = request.user
    if not opened and not user.is_authenticated:
        return Dossier.objects.none()
    mine = Dossier.objects.filter(pk__in=opened)
    if user.is_authenticated:
        mine = mine | Dossier.objects.filter(owner=user)
    return mine.filter(state=State.DRAFT)


# --- Staff ---


def roles_of(user) -> frozenset[Role]:
    """Return the staff roles of a user, read from their groups.

    One query, kept on the user object.
    """
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return frozenset()
    if not hasattr(user, "_dossier_roles"):
        names = set(user.groups.values_list("name", flat=True))
        user._dossier_roles = frozenset(role for role, group in GROUPS.items() if group in names)
    return user._dossier_roles


def may(user, action: Action, dossier: Dossier) -> bool:
    """Whether this member of staff may do `action` on the dossier as it stands."""
    move = action.move
    return dossier.state in move.sources and bool(move.roles & roles_of(user))


def actions_for(user, dossier: Dossier) -> list[Action]:
    """Return the buttons of the dossier page."""
    return [action for action in leaving(State(dossier.state)) if may(user, action, dossier)]


def role_for(user, action: Action) -> Role | None:
    """Return the role in which this user would do `action`, or None."""
    allowed = action.move.roles & roles_of(user)
    for role in STAFF_ROLES:
        if role in allowed:
            return role
    return None


def sees_dossiers(user) -> bool:
    """Whether a member of staff may see dossiers.

    Whoever has a role, and a superuser, who only looks on.
    """
    return bool(roles_of(user)) or user.is_superuser


def visible_to(user) -> QuerySet[Dossier]:
    """Return the dossiers that a member of staff may see: every sent one.

    Drafts are their writers' alone.
    """
    return Dossier.objects.sent() if sees_dossiers(user) else Dossier.objects.none()
