"""Tracking codes never reach a log."""

import logging

import pytest

from dossiers.codes import new_tracking_code
from portal.logs import HideCodes


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
