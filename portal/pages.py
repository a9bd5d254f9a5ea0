"""The start page, the page about the portal, and the pages of errors."""

import errno
import logging
import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from dossiers import access
from dossiers.applicant import unlock
from portal.middleware import DATABASE_ERRORS, too_large, unavailable
from portal.web.answers import BUSY_RETRY_SECONDS
from services.models import Field, Service

log = logging.getLogger(__name__)

SHOWN_PER_LIST = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page: search, fields with counts, the first of both lists, the lookup box."""
    first = Service.objects.published().order_by("-is_featured", "search_text")
    is_published = Q(services__is_published=True)
    fields = Field.objects.annotate(
        total=Count("services", filter=is_published),
        online=Count(
            "services", filter=is_published & Q(services__level__gte=Service.Level.ONLINE)
        ),
    )
    fields = fields.filter(total__gt=0).order_by("order", "name")  # annotate drops Meta.ordering
    online_count = sum(field.online for field in fields)
    context = {
        "fields": fields,
        "online": first.online()[:SHOWN_PER_LIST],
        "offline": first.offline()[:SHOWN_PER_LIST],
        "online_count": online_count,
        "offline_count": sum(field.total for field in fields) - online_count,
    }
    return render(request, "portal/home.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/about.html")


def no_view_on_site(request: HttpRequest, row: str) -> HttpResponse:
    raise Http404


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Also called where Django takes a lost database for a fault of the visitor.

    A session that cannot be saved is one: "the session was deleted".
    """
    lost = database_error_behind(exception)
    if lost is not None:
        return unavailable(lost)
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return too_large(request)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def without_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The 403 page for a form without its token: its cookie was deleted, or a sign-in renewed it.

    What was typed on a page of a dossier is not lost: where the dossier is closed as well, the
    unlock page keeps it; else this page asks to send it again. Neither is done for a form of
    another site, whose fields could be anybody's.
    """
    context: dict[str, Any] = {}
    tracking = _tracking_code_of(request)
    if tracking and _is_from_this_site(request):
        dossier = access.find_by_tracking(tracking)
        if dossier is not None and not access.has_access(request, dossier):
            return unlock.show_unlock(request, dossier)
        if dossier is not None:
            context = unlock.context_to_send_again(request)
    return render(request, "403_csrf.html", context, status=403)


def _tracking_code_of(request: HttpRequest) -> str:
    """Return the tracking code in the address, if the page is one of a dossier."""
    match = request.resolver_match
    if match is None or match.namespaces != ["dossiers"]:
        return ""
    return match.kwargs.get("tracking", "")


def _is_from_this_site(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def database_error_behind(exception: BaseException | None) -> BaseException | None:
    """Return the loss of the database from which `exception` came, or None."""
    while exception is not None:
        if isinstance(exception, DATABASE_ERRORS):
            return exception
        exception = exception.__cause__ or exception.__context__
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Made without database, session and context processors, any of which may be the cause."""
    # Raised in a middleware or an error page, where Django calls no process_exception.
    error = sys.exc_info()[1]
    lost = database_error_behind(error)
    if lost is not None:
        return unavailable(lost)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return no_space()

    return HttpResponse(render_to_string("500.html"), status=500)


def no_space() -> HttpResponse:
    """Return a 503 page: files of other requests fill the temporary folder, or the disk is full."""
    log.error("no space left for a file that was sent")
    page = render_to_string("503_busy.html")
    return HttpResponse(page, status=503, headers={"Retry-After": str(BUSY_RETRY_SECONDS)})
