"""Telephone numbers as people type them."""

import pytest

from services.questions.phone import PhoneField, read_whole_number
from tests.services.questions.field_errors import refusal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0905 123 456", "0905123456"),
        ("+84905.123.456", "0905123456"),
        ("0255 382 2222", "02553822222"),
    ],
)
def test_phone_is_understood_with_spaces_dots_and_country_code(typed, kept):
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize("typed", ["12", "0105123456", "09051234567", "abc", "0905-abc-456"])
def test_phone_that_is_none_is_refused_with_an_example(typed):
    assert "0905 123 456" in refusal(PhoneField(), typed)


@pytest.mark.parametrize(
    "typed",
    [
        "0905123456",
        "0905 123 456",
        "0905.123.456",
        "(090) 512-3456",
        "+84 905 123 456",
        "+84 (0)905 123 456",
        "0084905123456",
        "84905123456",
        "905123456",
    ],
)
def test_read_whole_number_understands_every_usual_spelling(typed):
    assert read_whole_number(typed) == "0905123456"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0841234567", "0841234567"), ("+84841234567", "0841234567"), ("02553863456", "02553863456")],
)
def test_read_whole_number_takes_no_part_of_a_number_for_the_country(typed, number):
    assert read_whole_number(typed) == number


@pytest.mark.parametrize("typed", ["", "3456", "12345678", "0" * 30, "123456789012", "một hai ba"])
def test_read_whole_number_is_empty_for_anything_else(typed):
    assert read_whole_number(typed) == ""
