"""Small guards before every page."""

import logging

from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30
LOST = (OperationalError, InterfaceError)


class HonestUnavailable:
    """Turn a database that a view cannot reach into a 503 page that says so and asks to come back.

    What another middleware or an error page cannot reach comes to `portal.views.server_error`, which does the same.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return unavailable(exception) if isinstance(exception, LOST) else None


class UnreadableFilter:
    """Answer 400 to a staff list asked for what no calendar holds (year 0, day 99): the admin would make it a 500."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        match = request.resolver_match
        is_list = match is not None and (match.url_name or "").endswith("_changelist")
        if not (
            is_list
            and request.method in ("GET", "HEAD")
            and isinstance(exception, (ValueError, OverflowError))
        ):
            return None
        log.warning("a list could not be filtered: %s", type(exception).__name__)
        return render(request, "400.html", status=400)


def keep_accounts_private(get_response):
    """Let no cache and no "back" button of a borrowed machine show the pages about an account."""

    def middleware(request):
        response = get_response(request)
        if request.resolver_match and (request.resolver_match.url_name or "").startswith(
            "account_"
        ):
            add_never_cache_headers(response)
        return response

    return middleware


def unavailable(error: BaseException) -> HttpResponse:
    """Return the page for a database that is lost; it asks nothing of anyone."""
    log.error("database unavailable: %s", type(error).__name__)
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def reject_nul(get_response):
    """Answer 400 to a NUL character in an address or a cookie: PostgreSQL holds none, so it could only become a 500."""

    def middleware(request):
        cookies = "".join(request.COOKIES.values())  # "\000" between quotes is one, too
        if "\x00" in request.path + cookies or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware
