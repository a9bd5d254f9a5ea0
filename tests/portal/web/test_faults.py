"""Clients and a database that do their worst, against the real web server.

A stranger's page within a second or an honest 503 within six, and liveness all the while.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from django.urls import reverse

from tests.portal.web.server import LARGE_FILE, LARGE_FILE_BYTES, THREADS, WebServer

PAGE_SECONDS = 1
HONEST_SECONDS = 6
LIVE_SECONDS = 1


def assert_stranger_is_served(web: WebServer) -> None:
    """Look at a page made from the database, and at liveness; wait out a busy machine once."""
    for path, limit in (("/dich-vu/", PAGE_SECONDS), ("/suc-khoe/song", LIVE_SECONDS)):
        status, _page, first = web.get(path)
        assert status == 200
        assert min(first, web.get(path)[2]) < limit


@contextlib.contextmanager
def sockets(web: WebServer, count: int, head: bytes):
    """Open connections that have each sent `head` and no more."""
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(web.connect()) for _ in range(count)]
        for one in opened:
            one.sendall(head)
        yield opened


def answer_of(one: socket.socket) -> bytes:
    """Return everything that comes until the server closes the connection."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := one.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_slow_bodies_hold_no_thread_and_are_cut_off(web):
    head = b"POST /thanh-toan/ipn/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx"
    with sockets(web, 10 + THREADS, head) as slow:
        assert_stranger_is_served(web)
        answers = [answer_of(one) for one in slow]
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)
    assert "Đường truyền quá chậm" in answers[0].decode()


def test_body_that_trickles_is_cut_off_too(web):
    head = b"POST /tra-cuu/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    with sockets(web, 1, head) as [slow]:
        slow.settimeout(0.5)
        started = time.monotonic()
        answer = b""
        while not answer and time.monotonic() - started < 20:
            slow.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                answer = slow.recv(100)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_slow_heads_are_cut_off(web):
    with sockets(web, 300, b"GET /dich-vu/ HTTP/1.1\r\nHost: local") as slow:
        assert_stranger_is_served(web)
        assert [answer_of(one) for one in slow] == [b""] * 300


def test_slow_readers_hold_no_thread_and_are_cut_off(web):
    head = f"GET /static/{LARGE_FILE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with sockets(web, 10 + THREADS, head) as slow:
        assert_stranger_is_served(web)
        wait_until(lambda: web.log.read_text().count("cut off") >= len(slow))
        assert len(answer_of(slow[0])) < LARGE_FILE_BYTES


def test_file_is_sent_whole(web):
    status, file, _seconds = web.get(f"/static/{LARGE_FILE}")
    assert status == 200
    assert len(file) == LARGE_FILE_BYTES


def test_large_body_is_not_kept(web):
    head = b"POST /tra-cuu/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 314572800\r\n\r\n"
    with web.connect() as sender:
        sender.sendall(head)
        answer = []
        reader = threading.Thread(target=lambda: answer.append(answer_of(sender)))
        reader.start()
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 314572800:
                sender.sendall(bytes(1024 * 1024))
                sent += 1024 * 1024
        assert_stranger_is_served(web)
        reader.join()
    assert sent < 314572800
    assert kept_bytes(web) < 1024 * 1024


def kept_bytes(web: WebServer) -> int:
    return sum(file.stat().st_size for file in web.temporary.rglob("*") if file.is_file())


def test_body_over_the_limit_is_told_the_limit(web):
    status, page = post(web, "/tra-cuu/", 2 * 1024 * 1024)
    assert status == 413
    assert "không quá 1,0 MB" in page.replace("\xa0", " ")
    assert 'href="/tra-cuu/"' in page


def test_page_that_takes_files_takes_more(web):
    path = reverse("dossiers:fill", args=["khai-sinh", "K7QD-93MX-AT4C", 3])
    assert post(web, path, 2 * 1024 * 1024)[0] in (403, 404)


def post(web: WebServer, path: str, size: int) -> tuple[int, str]:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += f"Content-Length: {size}\r\n\r\n"
    with web.connect() as sender:
        sender.sendall(head.encode() + bytes(size))
        answer = answer_of(sender).decode()
    return int(answer.split(" ")[1]), answer


def test_paused_database_is_an_honest_page_and_then_a_quick_one(web):
    assert web.get("/dich-vu/")[0] == 200
    with web.relay.paused():
        answers = ask_at_once(web, "/dich-vu/", 3 * THREADS)
        assert {status for status, _page, _seconds in answers} == {503}
        assert max(seconds for _status, _page, seconds in answers) < HONEST_SECONDS
        assert web.get("/dich-vu/")[2] < HONEST_SECONDS
    wait_until(lambda: web.get("/dich-vu/")[0] == 200)


def ask_at_once(web: WebServer, path: str, count: int) -> list[tuple[int, str, float]]:
    """Ask for a page from many threads, and for liveness while they wait."""
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(web.get(path))) for _ in range(count)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert web.get("/suc-khoe/song")[2] < LIVE_SECONDS
    return answers


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_body_in_chunks_reaches_its_page(web):
    head = b"POST /thanh-toan/ipn/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    with web.connect() as sender:
        sender.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n")
        assert b"RspCode" in answer_of(sender)


def test_connection_is_kept_for_the_next_request(web):
    request = b"GET /suc-khoe/song HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with web.connect() as sender:
        for _ in range(2):
            sender.sendall(request)
            assert b'{"status": "ok"}' in sender.recv(65536)
