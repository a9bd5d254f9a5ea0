"""The faults. Each is a context: the fault lasts as long as the block, and is over after it."""

import contextlib
import http.client
import io
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass

from PIL import Image

from portal.dev.chaos.mail_sink import MailSink
from portal.dev.chaos.running import DATA, Portal, kill

Strike = Callable[[Portal, MailSink], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    name: str  # as typed on the command line
    what: str  # as the table says it
    strike: Strike
    seconds: float = 5  # for so long it lasts
    senders: int = 30


# --- Processes that are killed ---


def killing(*words: str) -> Strike:
    """Kill every process of ours with `words` in its command line."""

    @contextlib.contextmanager
    def strike(portal: Portal, sink: MailSink) -> Iterator[None]:
        kill(portal.pids(*words))
        yield

    return strike


def killing_children(*words: str, number: int | None = None) -> Strike:
    """Kill the processes that those with `words` started, all or the first `number`, every 2 s."""

    @contextlib.contextmanager
    def strike(portal: Portal, sink: MailSink) -> Iterator[None]:
        with every_two_seconds(lambda: kill(portal.children(*words)[:number])):
            yield

    return strike


@contextlib.contextmanager
def every_two_seconds(do: Callable[[], None]) -> Iterator[None]:
    """Call `do` now and again and again, in a thread, until the block ends."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(2):
            do()

    do()
    repeating = threading.Thread(target=repeat)
    repeating.start()
    try:
        yield
    finally:
        over.set()
        repeating.join()


# --- Servers that hang ---


@contextlib.contextmanager
def paused_database(portal: Portal, sink: MailSink) -> Iterator[None]:
    """PostgreSQL stands still: connections stay open and nothing answers."""
    pids = portal.pids("bin/postgres", "-D") + portal.children("bin/postgres", "-D")
    kill(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        kill(pids, signal.SIGCONT)


@contextlib.contextmanager
def silent_mail_server(portal: Portal, sink: MailSink) -> Iterator[None]:
    """It accepts connections and says nothing."""
    sink.answers.clear()
    try:
        yield
    finally:
        sink.answers.set()


@contextlib.contextmanager
def unwritable_papers(portal: Portal, sink: MailSink) -> Iterator[None]:
    """The folder of printed papers is a file."""
    folder, aside = DATA / "media" / "giay-to", DATA / "media" / "giay-to.aside"
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(aside)
    folder.write_text("")
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


# --- Strangers ---


def slow_bodies(number: int) -> Strike:
    """Requests whose body arrives one byte at a time."""
    head = b"POST /thanh-toan/ipn/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n"
    return slow_sockets(number, head, b"a")


def slow_heads(number: int) -> Strike:
    """Requests whose head never ends."""
    return slow_sockets(number, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-Slow: 1\r\n")


def slow_sockets(number: int, start: bytes, drip: bytes) -> Strike:
    @contextlib.contextmanager
    def strike(portal: Portal, sink: MailSink) -> Iterator[None]:
        sockets = [socket.create_connection(("127.0.0.1", portal.port)) for _ in range(number)]
        send_to_all(sockets, start)
        try:
            with every_two_seconds(lambda: send_to_all(sockets, drip)):
                yield
        finally:
            for opened in sockets:
                opened.close()

    return strike


def send_to_all(sockets: list[socket.socket], what: bytes) -> None:
    for opened in sockets:
        with contextlib.suppress(OSError):  # the server has closed it
            opened.sendall(what)


@contextlib.contextmanager
def huge_body(portal: Portal, sink: MailSink) -> Iterator[None]:
    """300 MB to a page that takes a few hundred bytes."""
    megabyte = b"x" * 1024 * 1024
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30)

    def send() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.putrequest("POST", "/tra-cuu/")
            connection.putheader("Content-Type", "multipart/form-data; boundary=b")
            connection.putheader("Content-Length", str(300 * len(megabyte)))
            connection.endheaders()
            for _ in range(300):
                connection.send(megabyte)

    sending = threading.Thread(target=send)
    sending.start()
    try:
        yield
    finally:
        connection.close()
        sending.join()


@contextlib.contextmanager
def picture_bombs(portal: Portal, sink: MailSink) -> Iterator[None]:
    """Ten uploads at once of a JPEG of 49 megapixels that is drawn 3,000 times over."""
    from portal.dev.chaos import preparation  # needs Django

    picture = jpeg_of_many_scans(7000, 3000)
    visitor, page, slot = preparation.person_with_papers(portal.address)
    with ThreadPoolExecutor(10) as pool:
        for number in range(10):  # of other bytes each: the same file twice is one
            pool.submit(visitor.upload, page, slot, picture + bytes([number]))
        yield


def jpeg_of_many_scans(side: int, scans: int) -> bytes:
    """Return a progressive JPEG whose last scan is repeated; small in bytes, long to decode."""
    buffer = io.BytesIO()
    Image.new("L", (side, side)).save(buffer, "JPEG", progressive=True)
    start_of_scan, end_of_image = b"\xff\xda", b"\xff\xd9"
    head, _marker, last_scan = buffer.getvalue().rpartition(start_of_scan)
    scan = start_of_scan + last_scan.removesuffix(end_of_image)
    return head + scan * scans + end_of_image


FAULTS = (
    Fault("web-child", "one web process killed", killing_children("granian", number=1)),
    Fault("web", "the web server killed", killing("granian")),
    Fault("worker-children", "all worker children killed", killing_children("celery", "worker")),
    Fault("workers", "all workers killed", killing("celery", "worker")),
    Fault("beat", "the clock (beat) killed", killing("celery", "beat")),
    Fault("redis", "the broker killed", killing("valkey-server")),
    Fault(
        "database-backend",
        "PostgreSQL crashes (a backend killed)",
        killing_children("bin/postgres", "-D", number=None),
    ),
    Fault("database", "PostgreSQL killed", killing("bin/postgres", "-D")),
    Fault("database-paused", "PostgreSQL stands still 20 s", paused_database, seconds=20),
    Fault("mail-silent", "mail server says nothing 60 s", silent_mail_server, seconds=60),
    Fault("papers-folder", "folder of papers unwritable 30 s", unwritable_papers, seconds=30),
    Fault("slow-bodies", "10 slow bodies 20 s", slow_bodies(10), seconds=20),
    Fault("slow-heads", "300 slow heads 20 s", slow_heads(300), seconds=20),
    Fault("huge-body", "a body of 300 MB", huge_body, seconds=10),
    Fault("picture-bombs", "10 pictures of 3,000 scans at once", picture_bombs, seconds=20),
)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether `condition` became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
