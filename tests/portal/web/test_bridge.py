"""A WSGI application under an ASGI server: what goes in, and what comes out."""

import pytest

from portal.web.bridge import Answer, OpenFile, environ_of, run, send_answer
from tests.portal.web.event_loop import run_alone

MEGABYTE = 1024 * 1024


def scope(**changes):
    return {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "server": ("127.0.0.1", "8000"),
        "client": ("192.0.2.7", 4711),
        "headers": [],
        **changes,
    }


def test_environ_keeps_the_bytes_of_the_address():
    environ = environ_of(scope(raw_path=b"/a%FF%C3%A9b", query_string=b"q=%ff"), None)
    assert environ["PATH_INFO"] == "/a\xff\xc3\xa9b"
    assert environ["QUERY_STRING"] == "q=%ff"
    assert environ["REMOTE_ADDR"] == "192.0.2.7"


def test_environ_joins_headers_that_come_twice():
    headers = [
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-forwarded-for", b"1"),
        (b"accept", b"x"),
    ]
    environ = environ_of(scope(headers=[*headers, (b"x-forwarded-for", b"2")]), None)
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_FORWARDED_FOR"] == "1,2"


def test_environ_leaves_out_headers_that_would_read_as_those_of_the_proxy():
    headers = [(b"x_forwarded_for", b"forged"), (b"x-forwarded-for", b"true")]
    assert environ_of(scope(headers=headers), None)["HTTP_X_FORWARDED_FOR"] == "true"


def test_environ_declares_the_length_that_has_arrived():
    environ = environ_of(scope(headers=[(b"content-length", b"99"), (b"content-type", b"x")]), None)
    assert environ["CONTENT_LENGTH"] == "0"
    assert environ["CONTENT_TYPE"] == "x"


class Closing:
    """A WSGI result that notes that it was closed."""

    def __init__(self, parts):
        self.parts = parts
        self.closed = False

    def __iter__(self):
        return iter(self.parts)

    def close(self):
        self.closed = True


def answer_of(result) -> Answer:
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return result

    return run(application, {})


def test_streamed_answer_is_made_whole_and_declares_its_length():
    result = Closing([b"ab", b"c"])
    answer = answer_of(result)
    assert answer.content == b"abc"
    assert (b"content-length", b"3") in answer.headers
    assert result.closed


def test_long_streamed_answer_waits_in_a_file():
    answer = answer_of([bytes(MEGABYTE)] * 3)
    assert not isinstance(answer.content, bytes)
    assert (b"content-length", str(3 * MEGABYTE).encode()) in answer.headers
    assert len(sent(answer)) == 3 * MEGABYTE
    assert answer.content.closed


def test_file_is_sent_from_where_it_stands_and_closed(tmp_path):
    path = tmp_path / "giay.pdf"
    path.write_bytes(b"0123456789")
    file = path.open("rb")
    file.seek(4)
    answer = answer_of(OpenFile(file))
    assert file.closed
    assert sent(answer) == b"456789"
    assert answer.content.closed


def test_result_is_closed_when_it_fails():
    def fail():
        yield b"a"
        raise OSError("the store is gone")

    result = Closing(fail())
    with pytest.raises(OSError, match="store"):
        answer_of(result)
    assert result.closed


def sent(answer: Answer) -> bytes:
    messages = []

    async def send(message):
        messages.append(message)

    run_alone(send_answer(send, answer))
    assert messages[-1].get("more_body", False) is False
    return b"".join(message.get("body", b"") for message in messages[1:])
