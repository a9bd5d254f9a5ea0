"""Rate limits: how often something may be done, and how tries slow down (docs/limits.md).

Two primitives on one table, each one statement, so that requests at the same moment cannot share a
try: `add` counts events in a window, `reserve_try` takes the next of a row of slowing tries. Below
them are the rules of codes and dossiers; those of sign-ins and of payments stand in their rooms.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from dossiers import codes
from dossiers.models import AttemptCount
from services.client_address import client_network
from services.questions.phone import read_whole_number
from services.responses import too_many_requests

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pace:
    """How tries slow down: `free` (2 or more) at once, then 2, 4, 8 … seconds between two.

    `max_delay` is the longest wait in seconds. A day without a try forgets them.
    """

    free: int
    max_delay: int


# --- The primitives ---

_ADD = """
    INSERT INTO {table} AS kept (digest, count, blocked_until, expires_at)
    VALUES (%(digest)s, %(amount)s, %(now)s, %(expires)s)
    ON CONFLICT (digest) DO UPDATE SET
        count = excluded.count
            + CASE WHEN kept.expires_at <= %(now)s THEN 0 ELSE kept.count END,
        expires_at = CASE WHEN kept.expires_at <= %(now)s
            THEN excluded.expires_at ELSE kept.expires_at END
    RETURNING count
"""

_RESERVE = """
    INSERT INTO {table} AS kept (digest, count, blocked_until, expires_at)
    VALUES (%(digest)s, 1, %(now)s, %(expires)s)
    ON CONFLICT (digest) DO UPDATE SET
        count = CASE WHEN kept.expires_at <= %(now)s THEN 1 ELSE kept.count + 1 END,
        blocked_until = %(now)s + make_interval(secs => CASE
            WHEN kept.expires_at <= %(now)s OR kept.count + 1 < %(free)s THEN 0
            ELSE LEAST(%(max_delay)s, 2 ^ LEAST(kept.count + 2 - %(free)s, 30)) END),
        expires_at = excluded.expires_at
    WHERE kept.blocked_until <= %(now)s
    RETURNING count
"""


def add(kind: str, value: str, *, window: timedelta, amount: int = 1) -> int:
    """Count `amount` for `value` and return the sum of the window, which the first event opens."""
    return _execute(_ADD, kind, value, keep=window, amount=amount) or 0


def total(kind: str, value: str) -> int:
    """Return what `add` has counted for `value` in the window that is open now."""
    counted = AttemptCount.objects.filter(
        digest=AttemptCount.digest_of(kind, value), expires_at__gt=timezone.now()
    )
    return counted.values_list("count", flat=True).first() or 0


def reserve_try(kind: str, value: str, pace: Pace) -> int:
    """Take one try against `value`: return 0 when it may be made, else the seconds to wait.

    Reserve before anything is compared: of many requests at once, only those that reserved try.
    """
    tries = _execute(_RESERVE, kind, value, keep=DAY, free=pace.free, max_delay=pace.max_delay)
    if tries is not None:
        return 0

    blocked = AttemptCount.objects.filter(digest=AttemptCount.digest_of(kind, value))
    until = blocked.values_list("blocked_until", flat=True).first()
    left = (until - timezone.now()).total_seconds() if until else 0
    return max(1, math.ceil(left))


def forget(kind: str, value: str) -> None:
    """Start anew with `value`: whoever tried has proved to be the right one."""
    AttemptCount.objects.filter(digest=AttemptCount.digest_of(kind, value)).delete()


def _execute(sql: str, kind: str, value: str, *, keep: timedelta, **numbers: int) -> int | None:
    """Return the count of the row that was written, None when none was."""
    now = timezone.now()
    known: dict[str, Any] = {
        "digest": AttemptCount.digest_of(kind, value),
        "now": now,
        "expires": now + keep,
    }
    with connection.cursor() as cursor:
        # The ORM's upsert can neither add to the stored value nor leave a row that is blocked.
        cursor.execute(sql.format(table=AttemptCount._meta.db_table), known | numbers)
        row = cursor.fetchone()
    return row[0] if row else None


# --- Codes and official numbers ---


def too_many_wrong_codes(request: HttpRequest) -> bool:
    """Count a code that names no dossier; whether this network sent too many in an hour.

    Ask only after looking up: a right code is answered whatever others on the network did. The
    limit spares the log and the database; it is the 54 bits of a code that keep it from being
    guessed.
    """
    wrong = add("wrong code", client_network(request), window=HOUR)
    return wrong > settings.LOOKUP_FAILURES_PER_HOUR


def refuse_wrong_code(request: HttpRequest) -> HttpResponse:
    """Answer an address whose code names no dossier: 404 (raised), or 429 after too many."""
    if too_many_wrong_codes(request):
        return too_many_requests(request)
    raise Http404


def too_many_official_numbers(request: HttpRequest) -> bool:
    """Count a lookup by official number, found or not; whether the network asked too often.

    The numbers of a day follow each other, so whoever asks for all of them finds what is there.
    """
    asked = add("official number", client_network(request), window=HOUR)
    return asked > settings.LOOKUP_FAILURES_PER_HOUR


# --- The second factor ---

# Of one code, from all networks together: 1 in 50,000 of all mobile numbers.
MAX_WHOLE_NUMBERS_PER_DAY = 10_000


def reserve_unlock(request: HttpRequest, code: str, typed: str) -> int:
    """Take one try at the second factor of `code`; return 0, or the seconds to wait.

    A whole telephone number has a budget of its own, by code and network: strangers who guess at
    four digits do not keep out whoever knows all ten (docs/adr/0008-rate-limits.md).
    """
    pace = Pace(free=settings.UNLOCK_FREE_TRIES, max_delay=settings.UNLOCK_MAX_DELAY)
    wait = reserve_try(*_unlock_budget(request, code, typed), pace)
    if wait or not read_whole_number(typed):
        return wait

    tried = add("whole numbers", _as_stored(code), window=DAY)
    return pace.max_delay if tried > MAX_WHOLE_NUMBERS_PER_DAY else 0


def unlocked(request: HttpRequest, code: str, typed: str) -> None:
    """Forget the wrong tries before a right one."""
    forget(*_unlock_budget(request, code, typed))


def _unlock_budget(request: HttpRequest, code: str, typed: str) -> tuple[str, str]:
    if read_whole_number(typed):
        return "unlock by whole number", f"{_as_stored(code)} {client_network(request)}"
    return "unlock", _as_stored(code)


def _as_stored(code: str) -> str:
    """However a code is written, it is the same code: a space more must not buy new guesses."""
    return codes.read_tracking_code(code) or code
