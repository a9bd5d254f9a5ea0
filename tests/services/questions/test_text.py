"""Texts: what is kept of them, and their greatest length."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from services import paper_font
from services.questions.text import CleanCharField, PrintedCharField
from tests.services.factories import question_of
from tests.services.questions.field_errors import refusal


@given(st.text())
def test_text_keeps_what_papers_can_print_and_refuses_the_rest_by_name(typed):
    field = PrintedCharField(required=False)
    text = field.to_python(typed.replace("\x00", ""))
    undrawn = paper_font.undrawn(text)

    assert all(char in "\r\n\t" or char.isprintable() for char in text)
    if undrawn:
        assert undrawn[0] in refusal(field, text)
    else:
        assert field.clean(text) == text.strip()


@pytest.mark.parametrize(
    "typed", ["Nguyễn Thị Ỷ", "Müller Łukasz", "Анна Иванова", "5 m² – 2.000 ₫"]
)
def test_text_takes_every_letter_that_the_font_of_papers_draws(typed):
    assert PrintedCharField().clean(typed) == typed


@pytest.mark.parametrize(("typed", "named"), [("Lan 🌺 Hoa", "🌺"), ("王伟", "王 伟"), ("ສົມ", "ສ")])
def test_printed_text_names_the_characters_that_no_paper_can_print(typed, named):
    with pytest.raises(ValidationError) as refused:
        PrintedCharField().clean(typed)

    assert f"không in được ký tự: {named}" in str(refused.value)


def test_text_that_is_not_printed_may_hold_any_sign():
    """A code is copied with what stands before it."""
    assert CleanCharField().clean("📋 KRCJ-49JA-H9EH") == "📋 KRCJ-49JA-H9EH"


def test_text_reads_any_kind_of_space_as_a_space():
    assert CleanCharField().clean("Phạm\u00a0Văn\u2003Rin") == "Phạm Văn Rin"


@pytest.mark.parametrize("kind", ["text", "longtext"])
def test_text_too_long_is_refused_in_words_and_not_cut_by_the_browser(kind):
    field = question_of(kind, max_length=10).form_field()
    assert "10" in refusal(field, "x" * 11)
    assert "maxlength" not in field.widget.attrs


@pytest.mark.parametrize(("kind", "length"), [("text", 200), ("longtext", 4000)])
def test_text_has_a_greatest_length_even_where_the_form_says_none(kind, length):
    field = question_of(kind).form_field()
    assert field.clean("x" * length)
    assert str(length) in refusal(field, "x" * (length + 1))


@pytest.mark.parametrize(
    ("keys", "example"),
    [
        ({}, "Thông tin minh họa"),
        ({"max_length": 5}, "Thông"),
        ({"placeholder": "Số 12"}, "Số 12"),
        ({"label": "Mã số thuế"}, "4300000000"),
        ({"label": "Họ và tên cha"}, "Phạm Văn Treo"),
    ],
)
def test_example_follows_the_label(keys, example):
    assert question_of("text", **keys).example(0) == example


def test_placeholder_stands_in_the_empty_box():
    field = question_of("text", placeholder="Số 12").form_field()
    assert field.widget.attrs["placeholder"] == "Số 12"
