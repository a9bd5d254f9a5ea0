"""Every kind of question has all of its parts; a kind that is added comes into these tests."""

from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template.loader import get_template
from hypothesis import given
from hypothesis import strategies as st

from services import questions
from services.questions import ALL, KINDS, AnsweredKind, Number, Question
from services.questions.base import Option
from services.questions.date import Date

ANSWERED = [kind for kind in ALL if isinstance(kind, AnsweredKind)]
OPTIONS = (Option("a", "Thứ nhất"), Option("b", "Thứ hai"))


def question(kind, **rest) -> Question:
    options = OPTIONS if "options" in kind.allowed else ()
    return Question(key="q", kind=kind.name, label="Câu hỏi", options=options, **rest)


def named(kind) -> str:
    return kind.name


@pytest.mark.parametrize("path", sorted(Path(settings.BASE_DIR).glob("services/questions/*.py")))
def test_registry_knows_the_kind_of_every_module(path):
    if path.stem not in ("__init__", "base", "fields"):
        assert path.stem in KINDS


@pytest.mark.parametrize("kind", ALL, ids=named)
def test_kind_has_help_and_a_blank_form(kind):
    assert kind.help.startswith(f"{kind.name}: ")
    assert kind.help in questions.editor_help()
    assert get_template(kind.blank_template)


@pytest.mark.parametrize("kind", ANSWERED, ids=named)
def test_kind_has_a_field_words_and_an_example_that_fit_together(kind):
    asked = question(kind)
    example = kind.example(asked, turn=3)
    field = questions.field_for(asked)

    if isinstance(field, forms.MultiValueField):
        typed = field.widget.decompress(example)
    else:
        typed = field.prepare_value(example)

    assert field.clean(typed) == example
    assert questions.in_words(asked, example)


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind not in ANSWERED], ids=named)
def test_kind_without_an_answer_is_refused_a_field(kind):
    with pytest.raises(TypeError):
        questions.field_for(question(kind))


def test_unknown_kind_is_refused_and_not_taken_for_another():
    unknown = Question(key="q", kind="colour", label="Câu hỏi")
    for part in (questions.field_for, lambda asked: questions.example(asked, 1)):
        with pytest.raises(KeyError):
            part(unknown)


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_number_that_is_written_in_words_is_read_as_the_same_number(value):
    asked = Question(key="q", kind="number", label="Câu hỏi")
    assert questions.field_for(asked).clean(Number().words(asked, value)) == value


@given(st.dates(min_value=date(1800, 1, 1)))
def test_date_that_is_written_in_words_is_read_as_the_same_date(day):
    asked = Question(key="q", kind="date", label="Câu hỏi")
    assert questions.field_for(asked).clean(Date().words(asked, day.isoformat())) == day.isoformat()
