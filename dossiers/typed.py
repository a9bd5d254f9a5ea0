"""What was typed on a page just before its writer had to sign in: kept in the session.

It is shown again when the same page is opened by whoever signed in, and forgotten once it is sent.
"""

from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

# What is longer than this, urlencoded, is not kept.
MAX_CHARACTERS = 200_000

_SESSION_KEY = "typed"


def keep(request: HttpRequest, page: str, fields: list[tuple[str, str]]) -> None:
    """Keep the fields for the page of that address, in place of what was kept before."""
    text = urlencode(fields)
    if len(text) <= MAX_CHARACTERS:
        request.session[_SESSION_KEY] = {"page": page, "fields": text}


def for_page(request: HttpRequest) -> QueryDict | None:
    """Return what was kept for the page of this request, or None; a visitor has kept nothing."""
    if not request.user.is_authenticated:
        return None
    kept = request.session.get(_SESSION_KEY)
    if kept is None or kept["page"] != request.path:
        return None
    return QueryDict(kept["fields"])


def forget(request: HttpRequest) -> None:
    """Forget what was kept for the page of this request: it is being sent."""
    if for_page(request) is not None:
        del request.session[_SESSION_KEY]
