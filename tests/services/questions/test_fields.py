"""Each kind of question: what is understood, what is stored, what is said when it is wrong."""

from datetime import date

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from services.form_spec import ASKING, Option, Question
from services.questions import field_for
from services.questions.address import AddressField
from services.questions.citizen_id import CitizenIdField
from services.questions.date import VietnameseDateField
from services.questions.fields import CleanCharField
from services.questions.number import NumberField
from services.questions.phone import PhoneField


def refusal(field: forms.Field, typed) -> str:
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(typed)
    return " ".join(refused.value.messages)


@pytest.mark.parametrize("kind", sorted(ASKING - {"file"}))
def test_every_asking_kind_has_a_field_that_names_what_is_missing(kind):
    question = Question("k", kind, "Câu hỏi", options=(Option("a", "A"), Option("b", "B")))
    assert refusal(
        field_for(question), [] if kind == "choices" else ["", "", ""] if kind == "address" else ""
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0905 123 456", "0905123456"),
        ("+84905.123.456", "0905123456"),
        ("0255 382 2222", "02553822222"),
    ],
)
def test_a_telephone_number_is_understood_with_spaces_dots_and_country_code(typed, kept):
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize("typed", ["12", "0105123456", "09051234567", "abc", "0905-abc-456"])
def test_what_is_no_telephone_number_is_refused_with_an_example(typed):
    assert "0905 123 456" in refusal(PhoneField(), typed)


def test_a_citizen_id_has_twelve_digits():
    assert CitizenIdField().clean("051 085 001 234") == "051085001234"
    assert "đúng 12 chữ số" in refusal(CitizenIdField(), "123456789")


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
def test_what_is_no_number_is_refused_in_words(typed):
    assert "chữ số" in refusal(NumberField(), typed)


def test_a_number_outside_its_limits_is_told_the_limit():
    assert "Không lớn hơn 24" in refusal(NumberField(minimum=8, maximum=24), "42")
    assert "Không nhỏ hơn 8" in refusal(NumberField(minimum=8, maximum=24), "7")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_a_stored_number_is_shown_and_understood_again(number):
    field = NumberField()
    kept = field.clean(str(number))
    assert field.clean(str(field.prepare_value(kept))) == kept


@pytest.mark.parametrize(
    "typed", ["5/9/1990", "05/09/1990", "05-09-1990", "5.9.1990", "1990-09-05"]
)
def test_a_date_is_read_day_first(typed):
    assert VietnameseDateField().clean(typed) == "1990-09-05"


@pytest.mark.parametrize(
    "typed", ["31/02/2026", "hôm qua", "5/9/90", "00/00/0000", "1/1/1500", "9999999999"]
)
def test_an_impossible_date_is_refused_with_an_example(typed):
    assert "05/09/1990" in refusal(VietnameseDateField(), typed)


def test_a_date_may_not_lie_in_the_future_where_the_form_says_so():
    assert "không được sau" in refusal(VietnameseDateField(maximum="today"), "01/01/2999")


@given(st.dates(min_value=date(1800, 1, 1)))
def test_a_stored_date_is_shown_and_understood_again(day):
    field = VietnameseDateField()
    assert field.clean(field.prepare_value(day.isoformat())) == day.isoformat()


def test_an_address_needs_all_its_parts_and_names_the_missing_one():
    assert AddressField().clean(["Quảng Ngãi", "Ba Xa", "Thôn 1"]) == {
        "province": "Quảng Ngãi", "commune": "Ba Xa", "detail": "Thôn 1",
    }  # fmt: skip
    assert "Số nhà" in refusal(AddressField(), ["Quảng Ngãi", "Ba Xa", ""])


def test_the_home_province_alone_is_no_address():
    assert AddressField(required=False).clean(["Quảng Ngãi", "", ""]) is None
    assert refusal(AddressField(), ["Quảng Ngãi", "", ""])


def test_a_province_outside_the_list_is_refused():
    assert "trong danh sách" in refusal(AddressField(), ["Atlantis", "Ba Xa", "Thôn 1"])


@given(st.text())
def test_text_keeps_no_control_characters_and_never_fails(typed):
    kept = CleanCharField(required=False).clean(typed.replace("\x00", ""))
    assert all(char in "\r\n\t" or char.isprintable() for char in kept)


def test_a_text_too_long_is_refused_in_words_and_not_cut_by_the_browser():
    field = field_for(Question("k", "text", "Câu hỏi", max_length=10))
    assert "10" in refusal(field, "x" * 11)
    assert "maxlength" not in field.widget.attrs
