"""A kind that lacks a part is refused when the portal starts."""

from dataclasses import dataclass
from typing import Any

import pytest

from services import checks
from services.questions.base import AskedQuestion, FormQuestion
from services.questions.registry import KINDS, register
from services.questions.text import CleanCharField, Text


@dataclass(frozen=True, kw_only=True)
class Whole(FormQuestion):
    kind = "whole"
    editor_help = "một câu."
    blank_template = "services/questions/blank/line.html"

    def make_field(self, **common: Any):
        return CleanCharField(**common)

    def words(self, answer: Any) -> str:
        return str(answer)

    def example(self, turn: int) -> str:
        return "x"


OWN_PARTS = {
    "kind": "half",
    "editor_help": "nửa câu.",
    "blank_template": "services/questions/blank/line.html",
}


def without(part: str) -> type:
    parts = {name: value for name, value in vars(Whole).items() if name[:2] != "__"}
    parts.pop(part)
    return dataclass(frozen=True, kw_only=True)(type("Half", (FormQuestion,), parts))


def test_register_takes_a_whole_kind():
    assert register(Whole) == {"whole": Whole}


@pytest.mark.parametrize(
    "part", ["kind", "editor_help", "blank_template", "make_field", "words", "example"]
)
def test_register_refuses_a_kind_that_lacks_a_part(part):
    with pytest.raises(TypeError, match=f"Half lacks {part}"):
        register(without(part))


def test_register_refuses_a_kind_whose_keys_would_not_be_read():
    undecorated = type("Half", (Whole,), dict(OWN_PARTS))
    with pytest.raises(TypeError, match="Half lacks @dataclass"):
        register(undecorated)


@pytest.mark.parametrize("part", OWN_PARTS)
def test_register_refuses_a_part_that_is_taken_over_from_another_kind(part):
    parts = {name: value for name, value in OWN_PARTS.items() if name != part}
    heir = dataclass(frozen=True, kw_only=True)(type("Half", (Whole,), parts))
    with pytest.raises(TypeError, match=f"Half lacks {part}$"):
        register(heir)


def test_register_refuses_a_kind_that_no_page_shows():
    unseen = dataclass(frozen=True, kw_only=True)(type("Half", (AskedQuestion,), dict(OWN_PARTS)))
    with pytest.raises(TypeError, match="Half lacks a page that shows it"):
        register(unseen)


def test_register_refuses_two_kinds_of_one_word():
    with pytest.raises(TypeError, match="Text and Text share a word"):
        register(Text, Text)


def test_kinds_have_no_default_for_an_unknown_word():
    with pytest.raises(KeyError):
        KINDS["colour"]


def test_check_reports_a_kind_without_its_template(monkeypatch):
    monkeypatch.setattr(Text, "blank_template", "services/questions/blank/nowhere.html")
    (error,) = checks.kinds_are_printed(None)
    assert (error.id, "nowhere.html" in error.msg) == ("services.E001", True)
