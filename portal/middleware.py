"""Checks before every page, and answers to errors that a page cannot handle itself."""

import logging

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from portal.web import limits
from portal.web.answers import RETRY_AFTER_SECONDS
from portal.web.bridge import TOO_LARGE_KEY

log = logging.getLogger(__name__)

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
        if match is not None and (match.url_name or "").startswith("account_"):
            add_never_cache_headers(response)
        return response

    return middleware


def unavailable(error: BaseException) -> HttpResponse:
    """Return the 503 page; it is made without the database and without a request."""
    log.error("database unavailable: %s", type(error).__name__)
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def refuse_large_body(get_response):
    """Answer 413 where the body of a request was over the limit of its page and was not kept.

    `portal.web.front` tells. It stands last, so that the page is like all others.
    """

    def middleware(request):
        if request.META.get(TOO_LARGE_KEY):
            return too_large(request)
        return get_response(request)

    return middleware


def too_large(request: HttpRequest) -> HttpResponse:
    """Return the 413 page, which tells the limits of this address and leads back to it."""
    context = {"limit": limits.of_path(request.path), "max_files": settings.UPLOAD_MAX_FILES}
    return render(request, "413.html", context, status=413)


def reject_nul(get_response):
    """Answer 400 to a NUL character in an address or a cookie: PostgreSQL text cannot hold one."""

    def middleware(request):
        cookies = "".join(request.COOKIES.values())  # decoded: a quoted "\000" is a NUL, too
        if "\x00" in request.path + cookies or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware
