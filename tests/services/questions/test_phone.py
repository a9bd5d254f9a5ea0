"""Telephone numbers as people type them."""

import pytest

from services.questions.phone import PhoneField
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
