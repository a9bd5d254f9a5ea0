"""Identification numbers as people type them."""

import pytest

from services.questions.citizen_id import CitizenIdField
from tests.services.questions.field_errors import refusal


@pytest.mark.parametrize("typed", ["051 085 001 234", "051.085.001.234", "051085001234"])
def test_citizen_id_has_twelve_digits_however_they_are_spaced(typed):
    assert CitizenIdField().clean(typed) == "051085001234"


@pytest.mark.parametrize("typed", ["123456789", "0510850012345", "05108500123a"])
def test_citizen_id_of_another_shape_is_refused_in_words(typed):
    assert "đúng 12 chữ số" in refusal(CitizenIdField(), typed)
