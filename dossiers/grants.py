"""The dossiers that one browser may open: a signed cookie for each, written with the answer.

Nothing of it stands on the server. An answer that is lost on the way takes nothing away, since the
browser's other cookies are not touched by it; two tabs at once keep what each was given.
docs/adr/0009-sessions-and-access.md weighs this against grants in the session.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# A grant lasts this long from its last use.
LIFETIME = timedelta(hours=12)
RENEW_AFTER = LIFETIME / 10
# One cookie takes about 80 bytes of every request's head.
MAX_GRANTS = 30

_SALT = "dossiers.grants"
_NAME = "hoso-"
_DRAFT, _SENT = "draft", "sent"


class Grants:
    """The grants that came with one request, and what its answer has to change of them."""

    def __init__(self, cookies: dict[str, str]):
        self._values = _read(cookies)
        self.changes: dict[int, str | None] = {}

    def has(self, pk: int, *, is_draft: bool) -> bool:
        """Whether the dossier is open in this browser; asking is using, and renews the grant."""
        value = self._values.get(pk)
        if value is None:
            return False
        if not _is_fresh(value) or _is_draft(value) != is_draft:
            self._set(pk, is_draft)
        return True

    def drafts(self) -> list[int]:
        """Return the primary keys of the dossiers that were drafts when they were last used."""
        return [pk for pk, value in self._values.items() if _is_draft(value)]

    def add(self, pk: int, *, is_draft: bool) -> None:
        """Open a dossier; beyond MAX_GRANTS the oldest is closed, a sent one before any draft."""
        self._set(pk, is_draft)
        others = [other for other in self._values if other != pk]
        if len(others) >= MAX_GRANTS:
            self.remove(min(others, key=self._worth))

    def remove(self, pk: int) -> None:
        if self._values.pop(pk, None) is not None:
            self.changes[pk] = None

    def remove_all(self) -> None:
        for pk in list(self._values):
            self.remove(pk)

    def write(self, response: HttpResponseBase) -> None:
        """Put every change into the cookies of the answer."""
        for pk, value in self.changes.items():
            if value is None:
                response.delete_cookie(cookie_name(pk), samesite="Lax")
                continue
            response.set_cookie(
                cookie_name(pk),
                value,
                max_age=LIFETIME,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )

    def _set(self, pk: int, is_draft: bool) -> None:
        kind = _DRAFT if is_draft else _SENT
        value = signing.TimestampSigner(salt=_SALT).sign(f"{pk}.{kind}")
        self._values[pk] = self.changes[pk] = value

    def _worth(self, pk: int) -> tuple[bool, int]:
        value = self._values[pk]
        signed_at = signing.b62_decode(value.rsplit(":", 2)[1])
        return _is_draft(value), signed_at


def cookie_name(pk: int) -> str:
    return f"{settings.COOKIE_PREFIX}{_NAME}{pk}"


def _read(cookies: dict[str, str]) -> dict[int, str]:
    """Return the values whose signature and age are good, by primary key."""
    start = cookie_name(0).removesuffix("0")
    signer = signing.TimestampSigner(salt=_SALT)
    values = {}
    for name, value in cookies.items():
        if not name.startswith(start):
            continue
        try:
            signed = signer.unsign(value, max_age=LIFETIME)
        except signing.BadSignature:
            continue
        pk = int(signed.split(".")[0])
        # A good value under another name is a copy: it counts once, and can be deleted.
        if name == cookie_name(pk):
            values[pk] = value
    return values


def _is_fresh(value: str) -> bool:
    """Whether the cookie is young, and signed with the present key rather than a former one."""
    try:
        signing.TimestampSigner(salt=_SALT, fallback_keys=[]).unsign(value, max_age=RENEW_AFTER)
    except signing.BadSignature:
        return False
    return True


def _is_draft(value: str) -> bool:
    return value.split(":")[0].split(".")[1] == _DRAFT


# --- With a request ---

# portal.middleware.keep_dossiers_open writes the changes of what stands there.
ATTRIBUTE = "dossier_grants"


def of(request: HttpRequest) -> Grants:
    """Return the grants of a request; the cookies are read once."""
    if not hasattr(request, ATTRIBUTE):
        setattr(request, ATTRIBUTE, Grants(request.COOKIES))
    grants: Grants = getattr(request, ATTRIBUTE)
    return grants


def has(request: HttpRequest, pk: int, *, is_draft: bool) -> bool:
    """Whether the dossier is open in the browser of the request."""
    return of(request).has(pk, is_draft=is_draft)


def forget_on_sign_out(sender=None, request: HttpRequest | None = None, **kwargs) -> None:
    """Close every dossier of this browser: whoever signs out leaves the machine to somebody else.

    A receiver of user_logged_out.
    """
    if request is not None:
        of(request).remove_all()
