"""Who may see what, and who may do what. Views, admin buttons and POSTs all ask here.

Three tiers for the public: an official number tells state and dates; the tracking code also tells service, timeline,
unit and person in charge; the code with the last four digits of the telephone on the dossier (or the owner's sign-in)
opens everything. "Unknown" and "wrong" get the same answer after the same work, and both count against the throttle.
"""

import hmac
import ipaddress
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from dossiers import codes
from dossiers.models import Dossier, FailedAttempt
from dossiers.states import STAFF_ROLES, TRANSITIONS, Action, Role, State, leaving

# The Django group of each staff role; portal.groups creates them.
GROUPS = {Role.DESK: "Cán bộ một cửa", Role.CASE: "Chuyên viên thụ lý", Role.LEADER: "Lãnh đạo"}

GRANT = timedelta(hours=12)
_SESSION_KEY = "dossiers"
SECOND_FACTOR_DIGITS = 4
# The network that one subscriber gets: whoever has one IPv6 address has as many as they like.
NETWORK_BITS = {4: 32, 6: 64}


# --- The public --------------------------------------------------------------------------------------------------


def grant(request: HttpRequest, dossier: Dossier) -> None:
    """Let this browser see and act on the dossier for the length of GRANT.

    The first time the session gets a new key: whoever slipped a key of theirs into this browser shall not read along.
    """
    grants = _live_grants(request)
    if str(dossier.pk) not in grants:
        request.session.cycle_key()
    grants[str(dossier.pk)] = (timezone.now() + GRANT).timestamp()
    request.session[_SESSION_KEY] = grants


def revoke(request: HttpRequest, dossier: Dossier) -> None:
    """Take back from this browser what `grant` gave it; an owner's sign-in is not touched."""
    grants = _live_grants(request)
    grants.pop(str(dossier.pk), None)
    request.session[_SESSION_KEY] = grants


def holds(request: HttpRequest, dossier: Dossier) -> bool:
    """Whether the visitor may see everything of the dossier and act on it as its applicant."""
    if request.user.is_authenticated and dossier.owner_id == request.user.pk:
        return True
    return str(dossier.pk) in _live_grants(request)


def _live_grants(request: HttpRequest) -> dict[str, float]:
    now = timezone.now().timestamp()
    return {pk: until for pk, until in request.session.get(_SESSION_KEY, {}).items() if until > now}


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


def get_held_or_404(request: HttpRequest, code: str) -> Dossier:
    """Return the dossier if the visitor holds it; otherwise 404, as for a code that does not exist."""
    dossier = find_by_tracking(code)
    if dossier is None or not holds(request, dossier):
        raise Http404
    return dossier


def second_factor_is(dossier: Dossier | None, typed: str) -> bool:
    """Compare the last four digits of the telephone, in the same time whether or not there is a dossier."""
    last = _digits(dossier.phone if dossier else "")[-SECOND_FACTOR_DIGITS:]
    known = len(last) == SECOND_FACTOR_DIGITS
    same = hmac.compare_digest(last if known else "none", _digits(typed) or "empty")
    return same and known


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())


def drafts_held(request: HttpRequest) -> QuerySet[Dossier]:
    """Return the drafts that this visitor can go on with."""
    mine = Dossier.objects.filter(pk__in=[int(pk) for pk in _live_grants(request)])
    if request.user.is_authenticated:
        mine = mine | Dossier.objects.filter(owner=request.user)
    return mine.filter(state=State.DRAFT)


# --- The throttle ------------------------------------------------------------------------------------------------


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address; X-Forwarded-For is believed for as many steps as there are proxies of ours."""
    forwarded = [
        part.strip()
        for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if part.strip()
    ]
    if settings.TRUSTED_PROXIES and len(forwarded) >= settings.TRUSTED_PROXIES:
        return forwarded[-settings.TRUSTED_PROXIES]
    return request.META.get("REMOTE_ADDR", "")


def is_throttled(request: HttpRequest, code: str = "") -> bool:
    """Whether this address, or this code, has failed too often in this hour. One query."""
    limits = {
        _address_digest(request): settings.LOOKUP_FAILURES_PER_HOUR,
        _code_digest(code): settings.UNLOCK_FAILURES_PER_HOUR,
    }
    counts = FailedAttempt.objects.filter(digest__in=limits, hour=_this_hour()).values_list(
        "digest", "count"
    )
    return any(count >= limits[digest] for digest, count in counts)


def count_failure(request: HttpRequest, code: str = "") -> None:
    """Count one failed lookup against the address and, when a code was tried, against the code. One statement."""
    digests = [_address_digest(request)]
    if code:
        digests.append(_code_digest(code))
    rows = [(digest, _this_hour(), 1) for digest in sorted(digests)]
    table = FailedAttempt._meta.db_table
    with connection.cursor() as cursor:
        # The ORM's upsert cannot add to the stored value; two failures at once must count as two.
        cursor.execute(
            f"INSERT INTO {table} (digest, hour, count) VALUES {', '.join(['(%s, %s, %s)'] * len(rows))} "  # noqa: S608 - our own table's name
            f"ON CONFLICT (digest, hour) DO UPDATE SET count = {table}.count + 1",
            [value for row in rows for value in row],
        )


def _address_digest(request: HttpRequest) -> str:
    address = client_address(request)
    try:
        found = ipaddress.ip_address(address)
        found = getattr(found, "ipv4_mapped", None) or found
        address = str(ipaddress.ip_network(f"{found}/{NETWORK_BITS[found.version]}", strict=False))
    except ValueError:
        pass  # a Unix socket, or what a proxy made up: it is counted as it stands
    return FailedAttempt.digest_of("address", address)


def _code_digest(code: str) -> str:
    """However a code is written, it is the same code: a space more must not buy new guesses."""
    return FailedAttempt.digest_of("code", codes.read_tracking_code(code) or code)


def _this_hour():
    return timezone.now().replace(minute=0, second=0, microsecond=0)


# --- Staff -------------------------------------------------------------------------------------------------------


def roles_of(user) -> frozenset[Role]:
    """Return the staff roles of a user, read from their groups. One query, kept on the user object."""
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return frozenset()
    if not hasattr(user, "_dossier_roles"):
        names = set(user.groups.values_list("name", flat=True))
        user._dossier_roles = frozenset(role for role, group in GROUPS.items() if group in names)
    return user._dossier_roles


def may(user, action: Action, dossier: Dossier) -> bool:
    """Whether this member of staff may do `action` on the dossier as it stands."""
    edge = TRANSITIONS[action]
    return dossier.state in edge.sources and bool(edge.roles & roles_of(user))


def actions_for(user, dossier: Dossier) -> list[Action]:
    """Return the buttons of the dossier page."""
    return [action for action in leaving(State(dossier.state)) if may(user, action, dossier)]


def role_for(user, action: Action) -> Role | None:
    """Return the role in which this user would do `action`, or None."""
    return next(
        (role for role in STAFF_ROLES if role in TRANSITIONS[action].roles & roles_of(user)), None
    )


def sees_dossiers(user) -> bool:
    """Whether a member of staff may see dossiers: whoever has a role, and a superuser, who only looks on."""
    return bool(roles_of(user)) or user.is_superuser


def visible_to(user) -> QuerySet[Dossier]:
    """Return the dossiers that a member of staff may see: every sent one. Drafts are their writers' alone."""
    return Dossier.objects.sent() if sees_dossiers(user) else Dossier.objects.none()
