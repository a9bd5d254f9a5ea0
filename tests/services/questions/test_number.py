"""Numbers: what is understood, what is kept, what is said when it is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.questions.number import NumberField
from tests.services.factories import question_of
from tests.services.questions.field_errors import refusal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12", 12),
        ("1.500.000", 1_500_000),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("-3", -3),
        ("1 200", 1200),
        ("1.200,50", "1200.5"),
    ],
)
def test_numbers_are_read_as_vietnamese_write_them(typed, kept):
    assert NumberField().clean(typed) == kept


@pytest.mark.parametrize("typed", ["mười", "1e9999999", "NaN", "Infinity", "12,5,5", "1" * 30])
def test_number_that_is_none_is_refused_in_words(typed):
    assert "chữ số" in refusal(NumberField(), typed)


def test_number_outside_its_limits_is_told_the_limit():
    assert "Không lớn hơn 24" in refusal(NumberField(minimum=8, maximum=24), "42")
    assert "Không nhỏ hơn 8" in refusal(NumberField(minimum=8, maximum=24), "7")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_number_that_was_stored_is_shown_and_understood_again(number):
    field = NumberField()
    kept = field.clean(str(number))
    assert field.clean(str(field.prepare_value(kept))) == kept


@pytest.mark.parametrize(
    ("limits", "example"),
    [
        ({}, 5),
        ({"min": 3, "max": 3}, 3),
        ({"max": -5}, -5),
        ({"min": 3.5, "max": 3.9}, "3.668"),
    ],
)
def test_example_lies_inside_the_limits(limits, example):
    question = question_of("number", **limits)
    assert question.example(0) == example
    field = question.form_field()
    assert field.clean(str(field.prepare_value(example))) == example


def test_unit_stands_in_the_label_in_the_words_and_on_paper():
    question = question_of("number", unit="m²")
    assert question.form_field().label == "Câu hỏi (m²)"
    assert question.in_words(80) == "80 m²"
    assert question.printed_label == "Câu hỏi (m²):"
