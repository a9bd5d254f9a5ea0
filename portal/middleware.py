"""Checks before every page, and answers to errors that a page cannot handle itself."""

import datetime
import logging
import re

from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30
DATABASE_ERRORS = (OperationalError, InterfaceError)

# What the filters of Django's admin write into an address: `<field>__exact=1`. Its other lookups
# can be typed by hand, and some of them fail inside the database.
LOOKUPS = {"exact", "isnull", "gte", "lt"}
# Of a list by dates, with what stands for a part that is not given.
DATE_PARTS = {"year": "2000", "month": "1", "day": "1"}
YEARS = range(1900, 3000)


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


class ImpossibleParameters:
    """Answer 400 to parameters that no link of Django's admin makes.

    The admin itself would answer 500 to them, or blame the database. They are looked at before the
    view, so that an error of ours in a view is still an error.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Raise BadRequest for an empty `_to_field`, an unknown lookup, an impossible date."""
        match = request.resolver_match
        if match.app_name != "admin":
            return
        if "" in (*request.GET.getlist("_to_field"), *request.POST.getlist("_to_field")):
            raise BadRequest("the admin was asked for a field without a name")
        if (match.url_name or "").endswith("_changelist"):
            check_lookups(request.GET)

    def process_template_response(self, request, response):
        """Replace the page that Django gives to a list whose filters it could not read."""
        if response.template_name != "admin/invalid_setup.html":
            return response
        log.info("a list could not be filtered")
        return TemplateResponse(request, "400.html", status=400)


def check_lookups(query: QueryDict) -> None:
    """Raise BadRequest for what no filter of the admin writes into the address of a list."""
    dates = set()
    for name in query:
        field, _double, lookup = name.rpartition("__")
        if not field:
            continue
        if lookup in DATE_PARTS:
            dates.add(field)
        elif lookup not in LOOKUPS:
            raise BadRequest("the admin was asked for a lookup that no filter makes")

    for field in dates:
        parts = [query.get(f"{field}__{part}", first) for part, first in DATE_PARTS.items()]
        if not is_date(*parts):
            raise BadRequest("the admin was asked for a date that is none")


def is_date(year: str, month: str, day: str) -> bool:
    """Whether these are the parts of a date, in a year in which rows of ours can be."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", f"{year}-{month}-{day}"):
        return False
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError:
        return False
    return date.year in YEARS


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


def reject_nul(get_response):
    """Answer 400 to a NUL character in an address or a cookie: PostgreSQL text cannot hold one."""

    def middleware(request):
        cookies = "".join(request.COOKIES.values())  # decoded: a quoted "\000" is a NUL, too
        if "\x00" in request.path + cookies or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware
