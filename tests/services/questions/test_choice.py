"""Choices: how many are shown open, and what else may be posted."""

import pytest
from django import forms

from services.questions.choice import MAX_RADIOS
from tests.services.factories import question_of
from tests.services.questions.field_errors import refusal


def options(number: int) -> list[list[str]]:
    return [[f"o{n}", f"Lựa chọn {n}"] for n in range(number)]


@pytest.mark.parametrize(
    ("number", "widget"), [(MAX_RADIOS, forms.RadioSelect), (MAX_RADIOS + 1, forms.Select)]
)
def test_choice_is_open_with_few_options_and_a_list_with_many(number, widget):
    field = question_of("choice", options=options(number)).form_field()
    assert type(field.widget) is widget


@pytest.mark.parametrize(("kind", "posted"), [("choice", "c"), ("choices", ["a", "c"])])
def test_choice_refuses_what_was_not_offered(kind, posted):
    assert "trong danh sách" in refusal(question_of(kind).form_field(), posted)


def test_example_goes_through_the_options():
    question = question_of("choice", options=options(3))
    assert [question.example(turn) for turn in range(4)] == ["o0", "o1", "o2", "o0"]
