"""How fast passwords may be tried, at every door: allauth's adapter asks here.

Tries at one account slow down, whoever makes them. A browser that has signed in to the account
before has tries of its own, so that a stranger who types wrong passwords for a name keeps its owner
from nothing (docs/adr/0008-rate-limits.md).
"""

import unicodedata
from typing import Any

from allauth.account.utils import filter_users_by_email, filter_users_by_username
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dossiers import throttle
from portal.accounts.devices import device_of
from services.client_address import client_network
from services.formats import duration


def reserve(request: HttpRequest, credentials: dict[str, Any]) -> str:
    """Take one try; return "", or the sentence for whoever has to wait.

    Call before the password is hashed: of many requests at once few try a password.
    """
    user = find_user(credentials)
    if _is_flooded(request) and not (user and device_of(request, user)):
        return _(
            "Mạng bạn đang dùng vừa có quá nhiều lần nhập sai mật khẩu. Hãy thử lại sau 1 giờ."
        )

    wait = throttle.reserve_try(*_budget(request, credentials, user), _pace())
    if not wait:
        return ""
    sentence = _("Tài khoản này vừa có nhiều lần nhập sai mật khẩu. Hãy thử lại sau %(wait)s.")
    return sentence % {"wait": duration(wait)}


def failed(request: HttpRequest) -> None:
    """Count a wrong password against the network."""
    throttle.add("wrong password", client_network(request), window=throttle.HOUR)


def succeeded(request: HttpRequest, credentials: dict[str, Any], user: AbstractBaseUser) -> None:
    """Forget the wrong tries of the budget that the right password was tried on.

    A known browser does not end the delay that strangers caused: they get no new free tries.
    """
    throttle.forget(*_budget(request, credentials, user))


def password_was_reset(request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Forget wrong tries: whoever reads the account's mail may sign in. A receiver of allauth."""
    throttle.forget("sign-in", f"account {user.pk}")


def reserve_code(request: HttpRequest, user: AbstractBaseUser) -> str:
    """Take one try at a code of the second factor; return "", or the sentence for who has to wait.

    Whoever is asked for one has proved the password: six digits must not be tried by the thousand.
    """
    wait = throttle.reserve_try(*_budget_of("second factor", request, user), _pace())
    if not wait:
        return ""
    sentence = _("Tài khoản này vừa có nhiều lần nhập sai mã xác thực. Hãy thử lại sau %(wait)s.")
    return sentence % {"wait": duration(wait)}


def code_succeeded(request: HttpRequest, user: AbstractBaseUser) -> None:
    """Forget the wrong codes before a right one."""
    throttle.forget(*_budget_of("second factor", request, user))


def find_user(credentials: dict[str, Any]) -> AbstractBaseUser | None:
    """Return the account that the typed name leads to, found as allauth's backend finds it.

    By the account and not by the name: its user name and its e-mail addresses, in capitals or not,
    share one row of tries.
    """
    name = typed_name(credentials)
    by_name = list(filter_users_by_username(name))
    by_email = filter_users_by_email(name)
    return min(by_name or by_email, key=lambda user: user.pk, default=None)


def typed_name(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")


def _is_flooded(request: HttpRequest) -> bool:
    wrong = throttle.total("wrong password", client_network(request))
    return wrong >= settings.SIGN_IN_FAILURES_PER_HOUR


def _budget(
    request: HttpRequest, credentials: dict[str, Any], user: AbstractBaseUser | None
) -> tuple[str, str]:
    if user is None:
        # Nobody has this name, and it slows down like any other.
        folded = unicodedata.normalize("NFKC", typed_name(credentials)).casefold().strip()
        return "sign-in", f"name {folded}"

    return _budget_of("sign-in", request, user)


def _budget_of(kind: str, request: HttpRequest, user: AbstractBaseUser) -> tuple[str, str]:
    device = device_of(request, user)
    if device:
        return f"{kind} of a device", f"{user.pk} {device}"
    return kind, f"account {user.pk}"


def _pace() -> throttle.Pace:
    return throttle.Pace(free=settings.SIGN_IN_FREE_TRIES, max_delay=settings.SIGN_IN_MAX_DELAY)
