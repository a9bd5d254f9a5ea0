"""Checks before every page, and answers to errors that a page cannot handle itself."""

import logging

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from dossiers import grants
from portal.accounts import staff

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30
# The names of allauth's addresses begin so.
ACCOUNT_PAGES = ("account_", "mfa_", "usersessions_")
DATABASE_ERRORS = (OperationalError, InterfaceError)


class DatabaseUnavailable:
    """Answer 503 with Retry-After when a view cannot reach the database.

    The same error in a middleware or an error page is answered by `portal.pages.server_error`.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return unavailable(exception) if isinstance(exception, DATABASE_ERRORS) else None


class UnreadableFilter:
    """Answer 400 to a staff list filtered by an impossible date (year 0, day 99).

    Django's admin would answer 500.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if request.method not in ("GET", "HEAD"):
            return None
        if not isinstance(exception, (ValueError, OverflowError)):
            return None

        match = request.resolver_match
        if match is None or not (match.url_name or "").endswith("_changelist"):
            return None

        log.warning("a list could not be filtered: %s", type(exception).__name__)
        return render(request, "400.html", status=400)


def keep_accounts_private(get_response):
    """Keep account pages out of caches, so that "back" on a shared computer does not show them."""

    def middleware(request):
        response = get_response(request)
        match = request.resolver_match
        if match is not None and (match.url_name or "").startswith(ACCOUNT_PAGES):
            add_never_cache_headers(response)
        return response

    return middleware


def end_staff_sessions(get_response):
    """Sign staff out whose session has ended; found out only where somebody asks for the user.

    So what needs no user – the liveness page, a provider's call – needs no database for it.
    """

    def middleware(request):
        if request.session.session_key:
            request.user = SimpleLazyObject(lambda: staff.user_of(request))
        return get_response(request)

    return middleware


def require_second_factor(get_response):
    """Show no staff page to staff without a second factor, where STAFF_MFA_REQUIRED is on."""
    staff_pages = reverse("admin:index")

    def middleware(request):
        concerned = settings.STAFF_MFA_REQUIRED and request.path.startswith(staff_pages)
        if concerned and staff.lacks_second_factor(request):
            return staff.lead_to_set_up(request)
        return get_response(request)

    return middleware


def keep_dossiers_open(get_response):
    """Write into cookies which dossiers were opened, used and closed in this browser."""

    def middleware(request):
        response = get_response(request)
        opened = getattr(request, grants.ATTRIBUTE, None)
        if opened is not None and opened.changes:
            opened.write(response)
        return response

    return middleware


def unavailable(error: BaseException) -> HttpResponse:
    """Return the 503 page; it is made without the database and without a request."""
    log.error("database unavailable: %s", type(error).__name__)
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def reject_nul(get_response):
    """Answer 400 to a NUL character in an address or a cookie: PostgreSQL text cannot hold one."""

    def middleware(request):
        cookies = "".join(request.COOKIES.values())  # decoded: a quoted "\000" is a NUL, too
        if "\x00" in request.path + cookies or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware
