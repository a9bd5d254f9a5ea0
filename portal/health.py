"""Liveness and readiness, for whatever supervises the processes."""

import logging
import uuid
from collections.abc import Callable

import redis
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dossiers.outbox import queue
from portal.middleware import RETRY_AFTER_SECONDS
from portal.web.answers import LIVE

log = logging.getLogger(__name__)

BROKER_TIMEOUT_SECONDS = 1
MAX_QUEUE_SECONDS = 15 * 60


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 whenever this process answers; neither database nor broker is asked.

    Under the web server `portal.asgi` answers before any thread is needed.
    """
    return HttpResponse(LIVE, content_type="application/json")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything the portal needs is there, else 503.

    The JSON names the parts that fail; the reasons stand in the log only.
    """
    probes = {
        "database": _probe_database,
        "broker": _probe_broker,
        "storage": _probe_storage,
        "queue": _probe_queue,
    }
    answers = {name: _result(name, probe) for name, probe in probes.items()}

    if set(answers.values()) == {"ok"}:
        return JsonResponse(answers)
    return JsonResponse(answers, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _result(name: str, probe: Callable[[], None]) -> str:
    try:
        probe()
    except Exception:  # whatever it is, the part does not work
        log.exception("not ready: %s", name)
        return "error"
    return "ok"


def _probe_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _probe_broker() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
        socket_timeout=BROKER_TIMEOUT_SECONDS,
    )
    with client:
        client.ping()


def _probe_storage() -> None:
    """Write a file and remove it: this finds a full disk and a wrong key of an S3 store."""
    name = default_storage.save(f"suc-khoe/{uuid.uuid4().hex}", ContentFile(b"ok"))
    default_storage.delete(name)


def _probe_queue() -> None:
    """Raise TimeoutError when mail or papers have waited so long that no worker can be running."""
    waiting = queue.oldest_waiting()
    if waiting > MAX_QUEUE_SECONDS:
        raise TimeoutError(f"the oldest row has waited for {waiting:.0f} seconds")
