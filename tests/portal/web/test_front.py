"""What the front answers itself, and what it hands to Django."""

import asyncio
import errno
import io
import tempfile
import threading

import pytest
from django.db import OperationalError

from portal.web import bodies, limits
from portal.web.bodies import TooMany, TooSlow, chunks
from portal.web.bridge import TOO_LARGE_KEY, Threads
from portal.web.front import Front
from tests.portal.web.event_loop import run_alone
from tests.portal.web.test_bridge import scope

LIVE = scope(path="/suc-khoe/song", raw_path=b"/suc-khoe/song")


class Django:
    """A WSGI application that notes what it was asked, and may wait."""

    def __init__(self):
        self.environs = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.error = None

    def __call__(self, environ, start_response):
        environ["body"] = environ["wsgi.input"].read()
        self.environs.append(environ)
        self.may_go_on.wait(20)
        start_response("200 OK", [])
        return self.parts()

    def parts(self):
        yield b"page"
        if self.error:
            raise self.error


@pytest.fixture
def django():
    return Django()


@pytest.fixture
def front(django):
    front = Front(Threads(django, 1), Threads(django, 1))
    yield front
    django.may_go_on.set()
    front.threads.executor.shutdown()
    front.password_threads.executor.shutdown()


class Client:
    """Sends a request in parts and keeps the answer."""

    def __init__(self, *parts: bytes, leaves: bool = False):
        self.parts = list(parts) or [b""]
        self.leaves = leaves
        self.asked = 0
        self.answer: list[dict] = []

    async def receive(self):
        self.asked += 1
        if not self.parts:
            return {"type": "http.disconnect"}
        more = len(self.parts) > 1 or self.leaves
        return {"type": "http.request", "body": self.parts.pop(0), "more_body": more}

    async def send(self, message):
        self.answer.append(message)

    @property
    def status(self) -> int:
        return self.answer[0]["status"]

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.answer[0]["headers"])

    @property
    def content(self) -> bytes:
        return b"".join(message["body"] for message in self.answer[1:])


def ask(front: Front, client: Client, **changes) -> Client:
    run_alone(front(scope(**changes), client.receive, client.send))
    return client


def post(front: Front, client: Client, *headers: tuple[bytes, bytes]) -> Client:
    chosen = list(headers) or [(b"transfer-encoding", b"chunked")]
    return ask(front, client, method="POST", headers=chosen)


def test_page_is_answered_by_django(front, django):
    assert ask(front, Client()).content == b"page"
    assert django.environs[0]["body"] == b""


def test_head_is_answered_without_content(front):
    assert ask(front, Client(), method="HEAD").content == b""


def test_body_reaches_django_whole(front, django):
    post(front, Client(b"ab", b"", b"c"))
    assert django.environs[0]["body"] == b"abc"
    assert django.environs[0]["CONTENT_LENGTH"] == "3"


def test_body_over_the_limit_is_not_handed_on(front, django, settings):
    settings.REQUEST_MAX_BYTES = 3
    client = post(front, Client(b"ab", b"cd", b"ef"))
    assert django.environs[0][TOO_LARGE_KEY]
    assert django.environs[0]["body"] == b""
    assert not client.parts  # read to its end: a browser shows no answer before


def test_client_that_asks_first_is_told_before_it_sends(front, django, settings):
    settings.REQUEST_MAX_BYTES = 3
    client = Client(b"abcd")
    post(front, client, (b"content-length", b"4"), (b"expect", b"100-continue"))
    assert django.environs[0][TOO_LARGE_KEY]
    assert client.asked == 0


def test_enormous_body_is_not_read(front, django):
    client = Client(b"x")
    post(front, client, (b"content-length", b"300000000"))
    assert django.environs[0][TOO_LARGE_KEY]
    assert client.asked == 0


def test_client_that_leaves_gets_no_answer_and_takes_no_thread(front, django):
    assert post(front, Client(b"ab", leaves=True)).answer == []
    assert not django.environs


def test_body_that_comes_too_slowly_is_refused(front, django, monkeypatch):
    monkeypatch.setattr(limits, "MAX_PAUSE_SECONDS", 0.01)
    client = Client()

    async def never():
        await asyncio.Event().wait()

    client.receive = never
    assert post(front, client).status == 408
    assert not django.environs


def test_too_many_bodies_at_once_are_refused_with_a_time_to_come_back(front, monkeypatch):
    monkeypatch.setattr(limits, "MAX_BODIES", 0)
    client = post(front, Client(b"a"))
    assert client.status == 503
    assert client.headers[b"retry-after"] == b"10"


def test_too_many_bytes_at_once_are_refused_and_freed(front, monkeypatch):
    monkeypatch.setattr(limits, "MAX_BODIES_BYTES", 3)
    assert post(front, Client(b"ab", b"cd")).status == 503
    assert (front.bodies.count, front.bodies.bytes) == (0, 0)
    assert post(front, Client(b"abc")).status == 200


def test_files_that_fill_their_part_leave_room_for_small_bodies(front, monkeypatch):
    monkeypatch.setattr(limits, "MAX_BODIES_BYTES", 8)
    monkeypatch.setattr(limits, "MAX_BODIES", 4)
    files = limits.of_path("/ho-so/ABCD-EFGH-JKLM/bo-sung/")
    with front.bodies.place(files) as held, front.bodies.place(files), front.bodies.place(files):
        held.size = front.bodies.bytes = 6
        with pytest.raises(TooMany), front.bodies.place(files):
            pass
        assert post(front, Client(b"ab")).status == 200


def test_body_that_came_fast_buys_no_longer_pause(monkeypatch):
    monkeypatch.setattr(limits, "MAX_PAUSE_SECONDS", 0.2)
    sent = []

    async def receive():
        if not sent:
            sent.append(1_000_000)
            return {"type": "http.request", "body": bytes(1_000_000), "more_body": True}
        await asyncio.sleep(0.05)
        sent.append(1)
        return {"type": "http.request", "body": b"x", "more_body": len(sent) < 50}

    async def read_all():
        async for _chunk in chunks(receive, limits.of_path("/admin/")):
            pass

    with pytest.raises(TooSlow):
        run_alone(read_all())
    assert len(sent) < 10


def test_passwords_being_hashed_leave_the_other_pages_their_threads(front, django):
    django.may_go_on.clear()
    sign_in = scope(path="/tai-khoan/login/", raw_path=b"/tai-khoan/login/", method="POST")
    sign_in["headers"] = [*sign_in["headers"], (b"content-length", b"1")]

    async def everything():
        first, page = Client(b"a"), Client()
        hashing = asyncio.create_task(front(sign_in, first.receive, first.send))
        await asyncio.sleep(0)
        reading = asyncio.create_task(front(scope(), page.receive, page.send))
        while len(django.environs) < 2:  # both are at work
            await asyncio.sleep(0.01)
        django.may_go_on.set()
        await asyncio.gather(hashing, reading)
        return first.status, page.status

    assert run_alone(everything()) == (200, 200)


def test_full_temporary_folder_is_refused_with_a_time_to_come_back(front, django, monkeypatch):
    class FullFolder(io.BytesIO):
        def write(self, chunk):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bodies, "SpooledTemporaryFile", lambda max_size: FullFolder())
    client = post(front, Client(b"a"))
    assert client.status == 503
    assert client.headers[b"retry-after"] == b"10"
    assert not django.environs


def test_temporary_folder_is_found_before_it_can_be_full(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    bodies.Bodies()
    assert tempfile.tempdir is not None


@pytest.mark.parametrize("limit", ["MAX_WAIT_SECONDS", "MAX_WAITING"])
def test_busy_portal_says_so_and_lives(front, django, monkeypatch, limit):
    monkeypatch.setattr(limits, limit, 0)
    django.may_go_on.clear()

    async def everything():
        first = Client()
        working = asyncio.create_task(front(scope(), first.receive, first.send))
        await asyncio.sleep(0)
        second, live = Client(), Client()
        await front(scope(path="/en/"), second.receive, second.send)
        await front(LIVE, live.receive, live.send)
        django.may_go_on.set()
        await working
        return first, second, live

    first, second, live = run_alone(everything())
    assert first.status == 200
    assert second.status == 503
    assert "The portal has too many requests" in second.content.decode()
    assert live.content == b'{"status": "ok"}'


def test_database_lost_in_the_middle_of_an_answer_is_the_503_page(front, django):
    django.error = OperationalError("gone")
    client = ask(front, Client())
    assert client.status == 503
    assert client.headers[b"retry-after"] == b"30"
    assert "Cổng đang tạm ngừng" in client.content.decode()


def test_any_other_error_in_the_middle_of_an_answer_is_the_500_page(front, django, caplog):
    django.error = OSError("a disk is gone")
    assert ask(front, Client()).status == 500
    assert "could not be made" in caplog.text
