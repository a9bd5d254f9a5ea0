"""The body of a request, read whole before any thread works on it."""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile, gettempdir
from typing import Any

from portal.web import limits
from portal.web.limits import BodyLimit

Receive = Callable[[], Awaitable[dict[str, Any]]]


class TooLarge(Exception):
    """The body is over the limit of its page."""


class TooSlow(Exception):
    """The client sends its body, or takes the answer, too slowly."""


class Disconnected(Exception):
    """The client left before its body was whole."""


class TooMany(Exception):
    """The process has as many bodies as it may have, or its temporary folder is full."""


class Body:
    """A body that is arriving or has arrived: a file at its first byte, and its size."""

    def __init__(self) -> None:
        memory = limits.MAX_BODY_MEMORY_BYTES
        self.file = SpooledTemporaryFile(max_size=memory)  # noqa: SIM115 - closed by `place`
        self.size = 0


class Bodies:
    """All bodies of this process; used by its event loop alone."""

    def __init__(self) -> None:
        # Python looks for the folder once, by writing to it: a full one would not be found.
        gettempdir()
        self.count = 0
        self.bytes = 0

    @contextmanager
    def place(self, limit: BodyLimit) -> Iterator[Body]:
        """Give an empty body, and free what it took in the end. Raises TooMany."""
        if self.count >= _share(limits.MAX_BODIES, limit):
            raise TooMany
        body = Body()
        self.count += 1
        try:
            yield body
        finally:
            self.count -= 1
            self.bytes -= body.size
            body.file.close()

    async def read(self, body: Body, receive: Receive, limit: BodyLimit) -> None:
        """Read a whole body into its file.

        Raises TooLarge as soon as it is over the limit, and TooSlow, Disconnected, TooMany.
        """
        async for chunk in chunks(receive, limit):
            if body.size + len(chunk) > limit.max_bytes:
                raise TooLarge
            if self.bytes + len(chunk) > _share(limits.MAX_BODIES_BYTES, limit):
                raise TooMany
            _write(body, chunk)
            body.size += len(chunk)
            self.bytes += len(chunk)
        body.file.seek(0)


def _share(most: int, limit: BodyLimit) -> float:
    return most * limits.PART_FOR_FILES if limit.takes_files else most


def _write(body: Body, chunk: bytes) -> None:
    """Raises TooMany where the temporary folder is full."""
    try:
        body.file.write(chunk)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise TooMany("no space in the temporary folder") from error
        raise


async def discard(receive: Receive, limit: BodyLimit) -> None:
    """Read what is left of a body, but not more than MAX_DISCARDED_BYTES, and keep nothing.

    Raises TooSlow and Disconnected.
    """
    size = 0
    async for chunk in chunks(receive, limit):
        size += len(chunk)
        if size > limits.MAX_DISCARDED_BYTES:
            return


async def chunks(receive: Receive, limit: BodyLimit) -> AsyncIterator[bytes]:
    """Yield the parts of a body as they come. Raises TooSlow and Disconnected."""
    clock = asyncio.get_running_loop().time
    end = clock() + limit.max_seconds
    next_moment = clock() + limits.MAX_PAUSE_SECONDS
    more = True
    while more:
        try:
            async with asyncio.timeout_at(min(next_moment, end)):
                message = await receive()
        except TimeoutError as error:
            raise TooSlow from error
        if message["type"] != "http.request":
            raise Disconnected
        chunk = message.get("body", b"")
        next_moment += len(chunk) / limits.MIN_BYTES_PER_SECOND
        next_moment = min(next_moment, clock() + limits.MAX_PAUSE_SECONDS)
        yield chunk
        more = message.get("more_body", False)
