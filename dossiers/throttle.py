"""Rate limits on guessing codes: failures are counted per address and per code, by the hour."""

import ipaddress
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from dossiers import codes
from dossiers.models import FailedAttempt

# The network that one subscriber gets: whoever has one IPv6 address has as many as they like.
NETWORK_BITS = {4: 32, 6: 64}


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address.

    X-Forwarded-For is believed for as many steps as there are proxies of ours.
    """
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
    """Count one failed lookup against the address and, when a code was tried, against the code.

    One statement.
    """
    digests = [_address_digest(request)]
    if code:
        digests.append(_code_digest(code))
    rows = [(digest, _this_hour(), 1) for digest in sorted(digests)]
    places = ", ".join(["(%s, %s, %s)"] * len(rows))
    table = FailedAttempt._meta.db_table
    with connection.cursor() as cursor:
        # The ORM's upsert cannot add to the stored value; two failures at once must count as two.
        cursor.execute(
            f"INSERT INTO {table} (digest, hour, count) VALUES {places} "  # noqa: S608 - our table
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


def _this_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)
