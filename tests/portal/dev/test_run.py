"""The parts of `make run` that can be tested without running the whole portal."""

import http.server
import threading

import pytest
from django.core.management import get_commands

from portal.dev import checks, run


@pytest.fixture
def site(monkeypatch):
    """A site that answers every address with 200, and sign-ins to print."""
    monkeypatch.setattr(run, "sign_ins", lambda: "congdan   mật khẩu\n")

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_preparations_call_commands_that_exist():
    assert {command for _what, command, *_words in run.PREPARATIONS} <= set(get_commands())


def test_checks_call_commands_that_exist():
    called = {
        words.split()[1] for words in checks.CHECKS.values() if words.startswith("manage.py ")
    }
    assert called <= set(get_commands())


def test_announce_prints_the_address_and_the_sign_ins(site, capsys):
    run.announce(site)
    said = capsys.readouterr().out
    assert f"{site}/" in said
    assert "congdan   mật khẩu" in said


def test_announce_says_when_the_page_does_not_answer(monkeypatch, capsys):
    monkeypatch.setattr(run, "MAX_ANSWER_SECONDS", 0)
    monkeypatch.setattr(run, "answers", lambda url: False)
    run.announce("http://127.0.0.1:1")
    assert "does not answer" in capsys.readouterr().out


def test_box_is_straight_in_every_unicode_form():
    frame = run.box(["mật khẩu", "a\u0302\u0323", "plain text"]).strip().splitlines()
    assert len({len(line) for line in frame}) == 1


def test_static_fingerprint_changes_with_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "REPOSITORY", tmp_path)
    (tmp_path / "requirements-run.lock").touch()
    (tmp_path / "static").mkdir()
    before = run.static_fingerprint()
    assert run.static_fingerprint() == before
    (tmp_path / "static" / "portal.css").write_text("a {}")
    assert run.static_fingerprint() != before


def test_web_server_takes_as_many_connections_as_in_the_container():
    """By default two processes take 512 each: a thousand slow heads would keep everybody out."""
    container = (run.REPOSITORY / "Dockerfile").read_text().replace('", "', " ")
    for options in (run.WEB, container):
        assert "--backlog 4096 --backpressure 4096" in options
