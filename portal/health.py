"""Liveness and readiness, for whatever supervises the processes."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import probes
from portal.web.answers import LIVE, RETRY_AFTER_SECONDS


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
    """Answer 200 when everything the portal needs is there, else 503, within three seconds.

    Which part fails, and why, is told in the log, by `manage.py health` and in the metrics.
    """
    if not any(probes.ask_all().values()):
        return JsonResponse({"status": "ok"})
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    response = JsonResponse({"status": "error"}, status=503, headers=headers)
    # Django would log each answer; the probes log each change.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
