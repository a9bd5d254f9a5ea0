"""Tracking codes never reach a log, and strangers cannot fill it."""

import logging
import sys

import pytest
from django.core.exceptions import DisallowedHost

from dossiers.codes import new_tracking_code
from portal.logs import HideCodes, ShortRefusals


def written(message: str, *args) -> str:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, args, None)
    assert HideCodes().filter(record)
    return record.getMessage()


@pytest.mark.parametrize("shape", [str.upper, str.lower])
def test_hide_codes_replaces_a_tracking_code_in_an_address(shape):
    code = shape(new_tracking_code())
    line = written("%s: %s", "Not Found", f"/ho-so/{code}/bo-sung/")
    assert code not in line
    assert line == "Not Found: /ho-so/****-****-****/bo-sung/"


def test_hide_codes_leaves_other_lines_unchanged():
    assert written("worker %s took row %s", "celery@may", 12) == "worker celery@may took row 12"


# --- Refused requests ---


@pytest.fixture
def handler():
    """A handler with the filters of the settings, on the loggers that tell of requests."""
    lines = Lines()
    lines.addFilter(ShortRefusals())
    logging.getLogger().addHandler(lines)
    yield lines
    logging.getLogger().removeHandler(lines)


class Lines(logging.Handler):
    """Keeps what would be written."""

    def __init__(self):
        super().__init__()
        self.written: list[str] = []

    def emit(self, record):
        self.written.append(f"{record.levelname} {self.format(record)}")


@pytest.mark.parametrize(
    ("path", "host"),
    [("/", "evil.example"), ("/", "a" * 5000), ("/dich-vu/?q=%00", "testserver")],
)
@pytest.mark.django_db
def test_refused_request_is_one_short_line_without_a_traceback(client, handler, path, host):
    assert client.get(path, HTTP_HOST=host).status_code == 400
    (line,) = handler.written
    assert line.startswith("WARNING")
    assert len(line) < 300
    assert "\n" not in line


def test_flood_of_false_hosts_fills_no_log(client, handler, time_machine):
    time_machine.move_to("2026-11-25T10:00:00+07:00", tick=False)
    for _request in range(50):
        client.get("/", HTTP_HOST="evil.example")
    assert len(handler.written) == ShortRefusals.MAX_PER_MINUTE
    assert "rest of this minute" in handler.written[-1]

    time_machine.move_to("2026-11-25T10:01:00+07:00", tick=False)
    client.get("/", HTTP_HOST="evil.example")
    assert "evil.example" in handler.written[-1]


def test_pages_that_are_not_found_are_all_logged(client, handler, db):
    for number in range(20):
        client.get(f"/khong-co-{number}/")
    assert len(handler.written) == 20


def test_fault_of_ours_keeps_its_level_and_traceback():
    try:
        raise DisallowedHost("x" * 500)
    except DisallowedHost:
        info = sys.exc_info()
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "a bug", (), info)
    record.status_code = 500
    for _time in range(20):
        assert ShortRefusals().filter(record)
    assert record.levelname == "ERROR"
    assert record.exc_info == info


def test_settings_write_refusals_short(settings):
    assert "short_refusals" in settings.LOGGING["handlers"]["console"]["filters"]
