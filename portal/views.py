"""The first pages, the pages for when something is wrong, and what a supervisor asks."""

import logging
import sys
import uuid
from collections.abc import Callable

import redis
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dossiers.outbox import queue
from portal.middleware import LOST, RETRY_AFTER_SECONDS, unavailable
from services.models import Field, Service

log = logging.getLogger(__name__)

BROKER_SECONDS = 1
QUEUE_SECONDS = 15 * 60
SHOWN_PER_LIST = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page: search, fields with their counts, the first of both lists, and the lookup box."""
    first = Service.objects.published().order_by("-is_featured", "search_text")
    is_published = Q(services__is_published=True)
    fields = Field.objects.annotate(
        total=Count("services", filter=is_published),
        online=Count(
            "services", filter=is_published & Q(services__level__gte=Service.Level.ONLINE)
        ),
    )
    fields = fields.filter(total__gt=0).order_by(
        "order", "name"
    )  # counting drops the order of the model
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
    """What a public service is, what an online one is, and what each level lets people do."""
    return render(request, "portal/about.html")


def no_shortcut(request: HttpRequest, row: str) -> HttpResponse:
    """There is no way from the number of a row to its page."""
    raise Http404


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as this process answers at all; asks nothing of anyone."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything the portal needs is there, else 503; the JSON names what is missing, not why."""
    parts = {
        "database": _ask_database,
        "broker": _ask_broker,
        "storage": _ask_storage,
        "queue": _ask_queue,
    }
    answers = {name: _answer(name, ask) for name, ask in parts.items()}
    if set(answers.values()) == {"ok"}:
        return JsonResponse(answers)
    return JsonResponse(answers, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _answer(name: str, ask: Callable[[], None]) -> str:
    """Return "ok", or "error" whatever went wrong: the question is whether the part works, and the log says why not."""
    try:
        ask()
    except Exception:
        log.exception("not ready: %s", name)
        return "error"
    return "ok"


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=BROKER_SECONDS, socket_timeout=BROKER_SECONDS
    )
    with client:
        client.ping()


def _ask_storage() -> None:
    """Write a file and remove it: a full disk and a wrong key of an S3 store both show here."""
    name = default_storage.save(f"suc-khoe/{uuid.uuid4().hex}", ContentFile(b"ok"))
    default_storage.delete(name)


def _ask_queue() -> None:
    """Raise TimeoutError when mail or papers wait so long that no worker can be at work."""
    waiting = queue.oldest_waiting()
    if waiting > QUEUE_SECONDS:
        raise TimeoutError(f"the oldest row has waited for {waiting:.0f} seconds")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The one page that may not fail: no database, no session, no context processor."""
    error = sys.exc_info()[1]
    if isinstance(
        error, LOST
    ):  # in a middleware or in an error page, where no process_exception is asked
        return unavailable(error)
    return HttpResponse(render_to_string("500.html"), status=500)
