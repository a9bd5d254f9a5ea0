"""What somebody sends who means harm.

Values, every address of the portal, and a browser that answers for each of them.
"""

import gzip
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import quote

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

SCRIPT = "<script>alert(7)</script>\"'><img src=x onerror=alert(7)>"
# As they stand in an address: what a browser cannot type is written in bytes.
IN_ADDRESSES = [
    "%00",
    "%ED%A0%80",  # a lone surrogate
    "%FF%FE",
    "%0D%0ASet-Cookie:%20a=b",
    "%E2%80%AEgnp.exe",  # right to left
    "%F0%9F%98%80",
    "Ho%CC%80%20so%CC%9B",  # decomposed
    "-1",
    "0",
    "9" * 30,
    "9" * 5000,
    "%D9%A3",  # an Arabic digit
    quote(SCRIPT, safe=""),
    "%27%20OR%201=1--",
    "%7B%7B7*7%7D%7D%7B%25%20debug%20%25%7D",
    "..%2F..%2Fetc%2Fpasswd",
    "%5B",
    "a" * 3000,
]
TYPED = [
    "\x00",
    "\r\nSet-Cookie: a=b",
    "\u202egnp.exe\u0301\U0001f600",
    "-1",
    "9" * 5000,
    "1e999",
    "٣",
    SCRIPT,
    "' OR 1=1--",
    "{{7*7}}{% debug %}",
    "http://[",
    "//evil.example/",
    "[" * 5000,
    '{"sections": "\\u0000\\ud800"}',
    "x" * 100_000,
]
# Methods whose refusal needs no page.
UNUSUAL = ("HEAD", "PUT", "OPTIONS")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def addresses(
    resolver: URLResolver | None = None, before: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Yield every address that the portal knows as ("/ho-so/%(tracking)s/", ["tracking"])."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry.pattern, RoutePattern):
            route = str(entry.pattern)
            names = _PARAMETER.findall(route)
            ways = [(_PARAMETER.sub(r"%(\1)s", route), names)]
        else:
            ways = [(way, list(names)) for way, names in normalize(entry.pattern.regex.pattern)]
        for way, _names in ways:
            if isinstance(entry, URLPattern):
                whole = before + way
                yield "/" + whole, re.findall(r"%\((\w+)\)s", whole)
            else:
                yield from addresses(entry, before + way)


class Browser(Client):
    """A browser that leaves no trace: whatever one request changes is undone before the next."""

    def __init__(self, **options):
        super().__init__(raise_request_exception=False, **options)

    def visit(self, method: str, path: str, *args, **options):
        """Send one request and return its answer.

        Database and cookies are afterwards as they were.
        """
        send = getattr(self, method.lower())
        return self._without_trace(lambda: send(path, *args, **options))

    def send(self, method: str, body: bytes, content_type: str, **environ: str):
        """Send one request that no browser would make; `environ` is what the server is told."""
        return self._without_trace(lambda: self.generic(method, "/", body, content_type, **environ))

    def _without_trace(self, send: Callable):
        cookies = self.cookies.copy()
        try:
            with transaction.atomic():
                response = send()
                if response.streaming:
                    response.body = b"".join(response.streaming_content)
                else:
                    response.body = response.content
                if response.headers.get("Content-Encoding") == "gzip":
                    response.body = gzip.decompress(response.body)
                transaction.set_rollback(True)
        finally:
            self.cookies = cookies
        return response


class Fields(HTMLParser):
    """The names and values of everything on a page that a POST form would send."""

    def __init__(self, page: str):
        super().__init__()
        self.found: dict[str, str] = {}
        self.posts = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag == "form":
            self.posts = (facts.get("method") or "").lower() == "post"
        elif self.posts and tag in ("input", "select", "textarea", "button") and facts.get("name"):
            self.found.setdefault(facts["name"], facts.get("value") or "")


def filled(dossier, **rows) -> list[str]:
    """Every address of the portal with the slugs, codes and numbers of one dossier in it."""
    numbers = {
        "pk": dossier.pk,
        "object_id": dossier.pk,
        "dossier_pk": dossier.pk,
        "row": dossier.pk,
        "id": 1,
    }
    words = {
        "slug": dossier.service.slug,
        "tracking": dossier.tracking_code,
        "number": 1,
        "file": 1,
    }
    others = {
        "kind": "giay-to",
        "action": "receive",
        "app_label": "services",
        "key": "abc",
        "uidb36": "1",
        "url": "x",
    }
    values = {**numbers, **words, **others, **rows}
    return sorted(
        {
            path
            % {
                **values,
                **dict.fromkeys(names, "1"),
                **{n: values[n] for n in names if n in values},
            }
            for path, names in addresses()
        }
    )


def broken(response) -> str:
    """Say what is wrong with an answer; "" when it is an honest one."""
    page = response.body.decode("utf-8", "replace")
    where = f"{response.request['REQUEST_METHOD']} {response.request['PATH_INFO'][:150]}"
    if response.status_code >= 500:
        return f"{response.status_code}: {where} ? {response.request.get('QUERY_STRING', '')[:80]}"
    if "<img src=x" in page or "<script>alert" in page:
        return f"reflected: {where}"
    if any("\n" in value or "\r" in value for value in response.headers.values()):
        return f"two heads in one: {where}"
    without_words = response.request["REQUEST_METHOD"] in UNUSUAL or response.status_code in (
        400,
        405,
    )
    if response.status_code >= 400 and not without_words and "<h1" not in page:
        return f"no sentence: {where}"
    return ""


def faults(responses) -> list[str]:
    return [fault for response in responses if (fault := broken(response))]
