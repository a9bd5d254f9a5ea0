"""What is asked of staff besides a password: short sessions, a second factor, the one sign-in.

portal.middleware asks here for each request.
"""

import logging
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from dossiers import typed

log = logging.getLogger(__name__)

# Either opens a session; recovery codes stand in for one of them that was lost.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

# The session row is written for idleness at most once in so many seconds.
SEEN_EVERY = 60

_SIGNED_IN, _SEEN, _HAS_FACTOR = "signed_in_at", "staff_seen", "staff_has_factor"


# --- Sessions begin and end ---


def note_sign_in(sender=None, request: HttpRequest | None = None, user=None, **kwargs) -> None:
    """Keep in the session when it began, and leave a line. A receiver of user_logged_in."""
    if request is not None:
        log.info("user %s signed in", getattr(user, "pk", None))
        request.session[_SIGNED_IN] = request.session[_SEEN] = timezone.now().timestamp()


def signed_in_before(request: HttpRequest, age: timedelta) -> bool:
    """Whether the sign-in of this session is older than `age`."""
    signed_in_at = request.session.get(_SIGNED_IN, 0)
    return timezone.now().timestamp() - signed_in_at > age.total_seconds()


def user_of(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """Return the user of the request; nobody where a staff session has ended.

    A session of staff ends after STAFF_SESSION_IDLE, and after STAFF_SESSION_LIFETIME. What was
    typed for a move is shown again after the next sign-in.
    """
    user = get_user(request)
    if not (user.is_authenticated and user.is_staff and is_over(request)):
        return user
    fields = fields_of_move(request)
    request.user = user
    logout(request)
    if fields:
        typed.keep(request, request.path, fields)
    messages.info(request, _("Phiên làm việc đã hết. Xin đăng nhập lại để làm tiếp."))
    return AnonymousUser()


def is_over(request: HttpRequest) -> bool:
    """Whether the session has ended; otherwise note that it was used."""
    session, now = request.session, timezone.now().timestamp()
    since = session.setdefault(_SIGNED_IN, now)
    seen = session.setdefault(_SEEN, now)
    if now - seen > settings.STAFF_SESSION_IDLE.total_seconds():
        return True
    if now - since > settings.STAFF_SESSION_LIFETIME.total_seconds():
        return True
    if now - seen > SEEN_EVERY:
        session[_SEEN] = now
    return False


def fields_of_move(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was posted to the page of a move; other pages take passwords."""
    try:
        is_move = resolve(request.path).url_name == "dossiers_dossier_act"
    except Resolver404:
        is_move = False
    if not is_move:
        return []
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    return [(name, value) for name, values in fields.lists() for value in values]


# --- A second factor ---


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether a member of staff asks for a staff page and has no second factor yet.

    Signing in asks for the factor of whoever has one.
    """
    if request.path == reverse("admin:logout"):
        return False
    user = request.user
    return user.is_authenticated and user.is_staff and not has_second_factor(request)


def lead_to_set_up(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request,
        _("Cán bộ phải có lớp xác thực thứ hai. Hãy cài một cách dưới đây để làm việc."),
    )
    return redirect("mfa_index")


def has_second_factor(request: HttpRequest) -> bool:
    """Whether a factor is set up; the session remembers it until a factor is removed."""
    if request.session.get(_HAS_FACTOR):
        return True
    if not is_mfa_enabled(request.user, SECOND_FACTORS):
        return False
    request.session[_HAS_FACTOR] = True
    return True


def look_again(sender=None, request: HttpRequest | None = None, **kwargs) -> None:
    """Forget in the session that there was a factor. A receiver of authenticator_removed."""
    if request is not None:
        request.session.pop(_HAS_FACTOR, None)


# --- The door ---


@never_cache
def sign_in(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """The admin's sign-in: everybody's, and a clear word for accounts without staff rights."""
    user = request.user
    if not user.is_authenticated:
        page = request.GET.get(REDIRECT_FIELD_NAME, "")
        is_ours = url_has_allowed_host_and_scheme(page, allowed_hosts=None)
        return redirect_to_login(page if is_ours else reverse("admin:index"))
    if not (user.is_staff and user.is_active):
        return render(request, "account/not_staff.html", status=403)
    return redirect("admin:index")
