"""Runs a WSGI application for an ASGI server, so that no client ever holds a thread.

A request comes here whole, and an answer is made whole before its first byte is sent: a thread
works for as long as Django does, however slowly the other side sends or reads (ADR 10).
"""

import asyncio
import io
import logging
import os
import sys
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any

from portal.web import limits
from portal.web.bodies import Body, TooSlow

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SEND_BYTES = 64 * 1024
MAX_MEMORY_BYTES = 1024 * 1024  # a longer answer waits in a temporary file
TOO_LARGE_KEY = "portal.body_too_large"  # in the environ of a request whose body was not kept


class Busy(Exception):
    """All threads are at work, and it takes too long until one is free."""


@dataclass
class Answer:
    """What is sent back; `content` is in memory or in an open file."""

    status: int
    headers: Headers = field(default_factory=list)
    content: bytes | IO[bytes] = b""


class Threads:
    """A WSGI application in a bounded number of threads."""

    def __init__(self, application: Callable, size: int):
        self.application = application
        self.free = asyncio.Semaphore(size)
        self.waiting = 0
        self.executor = ThreadPoolExecutor(size, thread_name_prefix="django")

    async def answer(self, environ: dict[str, Any]) -> Answer:
        """Return the application's answer. Raises Busy, and whatever the application raises."""
        await self._wait_for_thread()
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self.executor, run, self.application, environ)
        # A client that leaves does not end the work, so the thread is free only at its end.
        work.add_done_callback(lambda _work: self.free.release())
        return await work

    async def _wait_for_thread(self) -> None:
        if not self.free.locked():
            await self.free.acquire()
            return
        if self.waiting >= limits.MAX_WAITING:
            raise Busy
        self.waiting += 1
        try:
            async with asyncio.timeout(limits.MAX_WAIT_SECONDS):
                await self.free.acquire()
        except TimeoutError as error:
            raise Busy from error
        finally:
            self.waiting -= 1


def run(application: Callable, environ: dict[str, Any]) -> Answer:
    """Call a WSGI application in this thread and return its whole answer."""
    answer = Answer(status=500)

    def start_response(status: str, headers: Iterable[tuple[str, str]], exc_info=None) -> None:
        answer.status = int(status.split(" ", 1)[0])
        answer.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]

    result = application(environ, start_response)
    try:
        answer.content = collect(result)
    finally:
        if hasattr(result, "close"):
            result.close()
    _declare_length(answer)
    return answer


def _declare_length(answer: Answer) -> None:
    """Let the client notice an answer that was cut off, also where Django streamed it."""
    if answer.status in (204, 304) or any(name == b"content-length" for name, _ in answer.headers):
        return
    if isinstance(answer.content, bytes):
        size = len(answer.content)
    else:
        size = os.fstat(answer.content.fileno()).st_size - answer.content.tell()
    answer.headers.append((b"content-length", str(size).encode()))


class OpenFile:
    """What Django calls `wsgi.file_wrapper`: a file that may be sent without being copied."""

    def __init__(self, file: IO[bytes], block_size: int = SEND_BYTES):
        self.file = file
        self.block_size = block_size

    def __iter__(self) -> Iterator[bytes]:
        while block := self.file.read(self.block_size):
            yield block

    def duplicate(self) -> IO[bytes] | None:
        """Return the same file opened once more; None for what is no file of this machine."""
        try:
            descriptor = os.dup(self.file.fileno())
        except (AttributeError, OSError, io.UnsupportedOperation):
            return None
        again = os.fdopen(descriptor, "rb")
        again.seek(self.file.tell())
        return again

    def close(self) -> None:
        self.file.close()


def collect(result: Iterable[bytes]) -> bytes | IO[bytes]:
    """Return everything that a WSGI application gives; much of it in a temporary file."""
    if isinstance(result, OpenFile):
        again = result.duplicate()
        if again is not None:
            return again
    parts: list[bytes] = []
    size = 0
    blocks = iter(result)
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size > MAX_MEMORY_BYTES:
            return _collect_in_file(parts, blocks)
    return b"".join(parts)


def _collect_in_file(parts: list[bytes], rest: Iterable[bytes]) -> IO[bytes]:
    file = TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    try:
        file.writelines(parts)
        file.writelines(rest)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


async def send_answer(send: Send, answer: Answer, *, with_content: bool = True) -> None:
    """Send an answer in parts. Raises TooSlow when the client takes nothing for long."""
    start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
    content = answer.content if with_content else b""
    try:
        await send(start)
        if isinstance(content, bytes) and len(content) <= SEND_BYTES:
            await send({"type": "http.response.body", "body": content})
            return
        async for part in _parts(content):
            try:
                async with asyncio.timeout(limits.MAX_SEND_SECONDS):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            except TimeoutError as error:
                raise TooSlow from error
        await send({"type": "http.response.body", "body": b""})
    finally:
        if not isinstance(answer.content, bytes):
            answer.content.close()


async def _parts(content: bytes | IO[bytes]) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), SEND_BYTES):
            yield content[start : start + SEND_BYTES]
        return
    # A file may lie on a disk that hangs, so it is not read in the event loop.
    while part := await asyncio.to_thread(content.read, SEND_BYTES):
        yield part


def environ_of(scope: Scope, body: Body | None) -> dict[str, Any]:
    """Return the request as WSGI wants it (PEP 3333), with its whole body."""
    host, port = scope.get("server") or ("localhost", "80")
    client = scope.get("client") or ("", 0)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # Bytes that are no UTF-8 stay what they are.
        "PATH_INFO": urllib.parse.unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body.file if body else io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": OpenFile,
    }
    _add_headers(environ, scope["headers"])
    environ["CONTENT_LENGTH"] = str(body.size if body else 0)
    return environ


def _add_headers(environ: dict[str, Any], headers: Headers) -> None:
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1")
        if "_" in name:
            continue  # "X_Forwarded_For" would read as the header that the proxy sets
        key = name.upper().replace("-", "_")
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        value = raw_value.decode("latin-1")
        if key in environ:
            separator = "; " if key == "HTTP_COOKIE" else ","
            value = environ[key] + separator + value
        environ[key] = value
