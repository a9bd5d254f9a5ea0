"""Checks before every page, and answers to errors that a page cannot handle itself."""

import datetime
import logging
import re
import time

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from dossiers import grants
from portal.accounts import staff
from portal.web import limits
from portal.web.answers import RETRY_AFTER_SECONDS
from portal.web.bridge import TOO_LARGE_KEY
from services.client_address import forwarded_addresses

log = logging.getLogger(__name__)

# The names of allauth's addresses begin so.
ACCOUNT_PAGES = ("account_", "mfa_", "usersessions_")
DATABASE_ERRORS = (OperationalError, InterfaceError)

# What the filters of Django's admin write into an address: `<field>__exact=1`. Its other lookups
# can be typed by hand, and some of them fail inside the database.
LOOKUPS = {"exact", "isnull", "gte", "lt"}
# Of a list by dates, with what stands for a part that is not given.
DATE_PARTS = {"year": "2000", "month": "1", "day": "1"}
YEARS = range(1900, 3000)


class RequireProxies:
    """Answer 503 to a request that fewer proxies have signed than TRUSTED_PROXIES says.

    Whoever came that way would be taken for the nearest proxy: one address for everybody, in every
    limit and in every payment. The health pages are asked without a proxy by whatever supervises
    the process. A header that is too long is right: a visitor may write what they like in front.
    """

    EXEMPT = "/suc-khoe/"
    SECONDS_BETWEEN_LINES = 60

    def __init__(self, get_response):
        self.get_response = get_response
        self.next_line_at = 0.0

    def __call__(self, request):
        if not settings.TRUSTED_PROXIES or request.path_info.startswith(self.EXEMPT):
            return self.get_response(request)
        found = len(forwarded_addresses(request))
        if found >= settings.TRUSTED_PROXIES:
            return self.get_response(request)
        self._log(found)
        return HttpResponse(render_to_string("503_proxy.html"), status=503)

    def _log(self, found: int) -> None:
        """Write one line a minute: every request would write one."""
        now = time.monotonic()
        if now < self.next_line_at:
            return
        self.next_line_at = now + self.SECONDS_BETWEEN_LINES
        log.error(
            "refused: TRUSTED_PROXIES is %s, but X-Forwarded-For came with %s addresses; "
            "set TRUSTED_PROXIES to the number of proxies that add to it",
            settings.TRUSTED_PROXIES,
            found,
        )


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
        """Raise BadRequest for an empty `_to_field`, an unknown lookup, an impossible date.

        Also for the first values of a new row: no link gives any, and a wrong one is a 500.
        """
        match = request.resolver_match
        if match.app_name != "admin":
            return
        if "" in (*request.GET.getlist("_to_field"), *request.POST.getlist("_to_field")):
            raise BadRequest("the admin was asked for a field without a name")
        page = match.url_name or ""
        if page.endswith("_changelist"):
            check_lookups(request.GET)
        if page.endswith("_add") and any(not name.startswith("_") for name in request.GET):
            raise BadRequest("the admin was given a value for a new row in its address")

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
    """Answer 400 to a NUL character in an address or a cookie: PostgreSQL text cannot hold one.

    The calls of payment providers are let through: they are kept and answered in their protocol,
    whatever they hold.
    """

    def middleware(request):
        cookies = "".join(request.COOKIES.values())  # decoded: a quoted "\000" is a NUL, too
        in_query = "%00" in request.META.get("QUERY_STRING", "")
        if "\x00" in request.path + cookies or (in_query and not _is_provider_call(request)):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware


def _is_provider_call(request) -> bool:
    try:
        return resolve(request.path_info).view_name in ("payments:ipn", "payments:ipn_of")
    except Resolver404:
        return False
