"""Browsers that have signed in to an account before: a signed cookie names the account.

Whoever tries passwords from elsewhere slows down everybody but these
(portal.accounts.sign_in_limits). The cookie lets nobody in.
"""

import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

MAX_AGE_SECONDS = 365 * 24 * 3600
MAX_ACCOUNTS = 10  # of one browser; a shared machine forgets whoever has not come for longest
_SALT = "portal.accounts.devices"


def device_of(request: HttpRequest, user: AbstractBaseUser) -> str:
    """Return the name under which this browser is known to the account; "" when it is not."""
    return _known_accounts(request).get(str(user.pk), "")


def remember_device(
    request: HttpRequest, response: HttpResponseBase, user: AbstractBaseUser
) -> None:
    """Let this browser be known to the account: set on the answer to a sign-in that succeeded."""
    known = _known_accounts(request)
    account = str(user.pk)
    device = known.pop(account, "") or secrets.token_hex(8)
    accounts = [(account, device), *known.items()][:MAX_ACCOUNTS]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(accounts, salt=_SALT),
        max_age=MAX_AGE_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _known_accounts(request: HttpRequest) -> dict[str, str]:
    """Return the device's name for each account, the one that came last first."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        return dict(signing.loads(cookie, salt=_SALT, max_age=MAX_AGE_SECONDS))
    except signing.BadSignature:
        return {}
