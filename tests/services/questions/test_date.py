"""Dates: what is understood, what is kept, what is said when it is wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.questions.date import VietnameseDateField
from tests.services.factories import question_of
from tests.services.questions.field_errors import refusal


@pytest.mark.parametrize(
    "typed", ["5/9/1990", "05/09/1990", "05-09-1990", "5.9.1990", "1990-09-05"]
)
def test_date_is_read_day_first(typed):
    assert VietnameseDateField().clean(typed) == "1990-09-05"


@pytest.mark.parametrize(
    "typed", ["31/02/2026", "hôm qua", "5/9/90", "00/00/0000", "1/1/1500", "9999999999"]
)
def test_date_that_is_impossible_is_refused_with_an_example(typed):
    assert "05/09/1990" in refusal(VietnameseDateField(), typed)


def test_date_may_not_lie_in_the_future_where_the_form_says_so():
    assert "không được sau" in refusal(VietnameseDateField(maximum="today"), "01/01/2999")


@given(st.dates(min_value=date(1800, 1, 1)))
def test_date_that_was_stored_is_shown_and_understood_again(day):
    field = VietnameseDateField()
    assert field.clean(field.prepare_value(day.isoformat())) == day.isoformat()


@pytest.mark.parametrize(
    ("keys", "example"),
    [
        ({}, "2015-03-20"),
        ({"min": "2021-01-01"}, "2021-01-01"),
        ({"max": "1980-01-01"}, "1980-01-01"),
        ({"label": "Ngày sinh"}, "1995-06-15"),
        ({"min": "today"}, "2026-11-25"),
        ({"label": "Ngày bắt đầu dự kiến"}, "2026-12-25"),
        ({"label": "Ngày bắt đầu dự kiến", "max": "today"}, "2026-11-25"),
    ],
)
def test_example_is_a_day_that_the_label_means_inside_the_limits(time_machine, keys, example):
    time_machine.move_to("2026-11-25T08:00:00+07:00")
    question = question_of("date", **keys)
    assert question.example(0) == example
    assert question.form_field().clean(example) == example
