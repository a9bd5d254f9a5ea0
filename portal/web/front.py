"""The front: an ASGI application that gives Django only requests that have arrived whole."""

import logging

from django.db import InterfaceError, OperationalError

from portal.web import answers, bodies, limits
from portal.web.bodies import Bodies, Disconnected, Receive, TooLarge, TooMany, TooSlow
from portal.web.bridge import (
    TOO_LARGE_KEY,
    Answer,
    Busy,
    Scope,
    Send,
    Threads,
    environ_of,
    send_answer,
)

log = logging.getLogger(__name__)

LIVE_PATH = "/suc-khoe/song"


class Front:
    """Reads a request within its limits, lets Django answer it in a thread, sends the answer."""

    def __init__(self, threads: Threads, password_threads: Threads):
        self.threads = threads
        # Passwords are hashed slowly on purpose: whoever tries many at once stops no other page.
        self.password_threads = password_threads
        self.bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self.answer(scope, receive)
            await send_answer(send, answer, with_content=scope["method"] != "HEAD")
        except Disconnected:
            return
        except TooSlow:
            # The connection is closed without the end of the answer, so nobody takes it for whole.
            log.warning("a slow reader was cut off")

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Return the answer to a request. Raises Disconnected."""
        path = scope["path"]
        if path == LIVE_PATH and scope["method"] in ("GET", "HEAD"):
            return answers.live()
        try:
            if not has_body(scope):
                return await self.threads.answer(environ_of(scope, None))
            return await self.answer_with_body(scope, receive)
        except (Busy, TooMany) as reason:
            log.warning("a request was refused: %s %s", type(reason).__name__, reason)
            return answers.busy(path)
        except TooSlow:
            return answers.slow(path)
        except (OperationalError, InterfaceError) as error:
            # Lost while a long answer was being made; views and middleware have pages of their own.
            log.error("database unavailable: %s", type(error).__name__)
            return answers.unavailable(path)
        except Disconnected:
            raise
        except Exception:
            log.exception("an answer could not be made")
            return answers.failed(path)

    async def answer_with_body(self, scope: Scope, receive: Receive) -> Answer:
        """Read the body, then let Django answer. Raises as `Bodies` and `Threads` do."""
        limit = limits.of_path(scope["path"])
        threads = self.password_threads if limits.asks_password(scope["path"]) else self.threads
        with self.bodies.place(limit) as body:
            try:
                if declared_bytes(scope) > limit.max_bytes:
                    raise TooLarge
                await self.bodies.read(body, receive, limit)
            except TooLarge:
                if is_worth_discarding(scope):
                    await bodies.discard(receive, limit)
                # portal.middleware.refuse_large_body answers, with a page like all others.
                environ = environ_of(scope, None) | {TOO_LARGE_KEY: True}
                return await threads.answer(environ)
            return await threads.answer(environ_of(scope, body))


def has_body(scope: Scope) -> bool:
    """Return whether a request may have a body; HTTP/2 need not declare it."""
    if scope["http_version"].startswith("2"):
        return True
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def declared_bytes(scope: Scope) -> int:
    """Return the Content-Length; 0 where there is none, as for a body sent in chunks."""
    value = header(scope, b"content-length")
    return int(value) if value.isdigit() else 0


def is_worth_discarding(scope: Scope) -> bool:
    """Return whether the client sends a body that is short enough to be read to its end."""
    if header(scope, b"expect"):
        return False  # it waits to be told
    return declared_bytes(scope) <= limits.MAX_DISCARDED_BYTES


def header(scope: Scope, name: bytes) -> bytes:
    """Return the value of a header; empty where there is none."""
    return next((value for key, value in scope["headers"] if key == name), b"")
