"""Answers that need no thread: made once for each language, without database and request."""

import functools

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from portal.web.bridge import Answer, Headers

RETRY_AFTER_SECONDS = 30
BUSY_RETRY_SECONDS = 10
LIVE = b'{"status": "ok"}'
PAGE_HEADERS: Headers = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'"),
]
CLOSE = (b"connection", b"close")


def live() -> Answer:
    """Return the answer to liveness: the process answers, whatever else hangs."""
    headers: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    return Answer(200, [*headers, _length(LIVE)], LIVE)


def busy(path: str) -> Answer:
    """Return the 503 page for a process that has too much to do."""
    return _page(503, "503_busy.html", path, _retry_after(BUSY_RETRY_SECONDS))


def unavailable(path: str) -> Answer:
    """Return the 503 page for a database that cannot be reached."""
    return _page(503, "503.html", path, _retry_after(RETRY_AFTER_SECONDS))


def slow(path: str) -> Answer:
    """Return the 408 page for a body that came too slowly."""
    return _page(408, "408.html", path, CLOSE)


def failed(path: str) -> Answer:
    """Return the 500 page."""
    return _page(500, "500.html", path)


def _page(status: int, template: str, path: str, *headers: tuple[bytes, bytes]) -> Answer:
    content = _rendered(template, _language(path))
    return Answer(status, [*PAGE_HEADERS, *headers, _length(content)], content)


def _retry_after(seconds: int) -> tuple[bytes, bytes]:
    return b"retry-after", str(seconds).encode()


def _length(content: bytes) -> tuple[bytes, bytes]:
    return b"content-length", str(len(content)).encode()


def _language(path: str) -> str:
    first = path.split("/")[1] if "/" in path else ""
    return first if first in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@functools.cache
def _rendered(template: str, language: str) -> bytes:
    with translation.override(language):
        return render_to_string(template).encode()
