"""Every part of the contract, for every kind there is."""

import json
import pkgutil
from importlib import import_module

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from services import paper_font, questions
from services.questions.base import AskedQuestion, FormQuestion, Question, Statement
from services.questions.registry import KINDS
from services.questions.spec_keys import keys_of
from tests.services.factories import question_of

every_kind = pytest.mark.parametrize("kind", KINDS)
FORM_KINDS = [word for word, kind in KINDS.items() if issubclass(kind, FormQuestion)]
every_form_kind = pytest.mark.parametrize("kind", FORM_KINDS)
MARKUP = "<b>Câu & hỏi</b>"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


def test_kinds_are_those_of_the_published_vocabulary():
    """A kind is never taken away: dossiers that were sent keep asking it."""
    published = (
        "text longtext number date choice choices yesno citizen_id phone email address file "
        "heading note"
    )
    assert set(published.split()) <= set(KINDS)


def test_kinds_hold_every_kind_that_a_module_defines():
    for module in pkgutil.iter_modules(questions.__path__):
        import_module(f"{questions.__name__}.{module.name}")

    def heirs(kind: type[Question]) -> set[type[Question]]:
        children = set(kind.__subclasses__())
        return children.union(*map(heirs, children))

    ours = {one for one in heirs(Question) if one.__module__.startswith("services.")}
    assert {one for one in ours if "kind" in vars(one)} == set(KINDS.values())


@every_kind
def test_kind_is_read_from_a_specification(kind):
    question = question_of(kind)
    assert type(question) is KINDS[kind]
    assert question.label == "Câu hỏi"


@every_kind
def test_kind_is_asked_or_stated(kind):
    assert issubclass(KINDS[kind], AskedQuestion | Statement)


@every_kind
def test_kind_cannot_be_changed_once_read(kind):
    """Questions are shared between requests."""
    question = question_of(kind)
    for name in keys_of(KINDS[kind]):
        with pytest.raises(AttributeError):
            setattr(question, name, None)
        hash(getattr(question, name))


@every_kind
def test_kind_has_a_sentence_of_help_of_its_own(kind):
    others = [other.editor_help for word, other in KINDS.items() if word != kind]
    assert KINDS[kind].editor_help.endswith(".")
    assert KINDS[kind].editor_help not in others


@every_kind
def test_kind_is_printed_blank_with_its_label_escaped(kind):
    question = question_of(kind, label=MARKUP)
    html = render_to_string(question.blank_template, {"question": question})
    assert "&lt;b&gt;Câu &amp; hỏi&lt;/b&gt;" in html
    assert "<b>" not in html


@pytest.mark.parametrize("kind", [w for w, k in KINDS.items() if issubclass(k, Statement)])
def test_statement_is_shown_on_the_page_with_its_label_escaped(kind):
    html = question_of(kind, label=MARKUP).html()
    assert "&lt;b&gt;Câu &amp; hỏi&lt;/b&gt;" in html


@every_form_kind
def test_field_carries_label_help_and_whether_an_answer_is_required(kind):
    field = question_of(kind, help="Lời giúp", required=False).form_field()
    assert (field.label, field.help_text, field.required) == ("Câu hỏi", "Lời giúp", False)


def empty_post(field: forms.Field) -> object:
    """Return what a browser posts for a field that was left empty."""
    return field.widget.value_from_datadict({}, {}, "cau_1")


@every_form_kind
def test_field_says_what_to_do_when_a_required_answer_is_missing(kind):
    field = question_of(kind).form_field()
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(empty_post(field))
    assert refused.value.messages[0].startswith("Hãy")


@every_form_kind
def test_field_lets_an_optional_answer_be_empty(kind):
    field = question_of(kind, required=False).form_field()
    assert question_of(kind).in_words(field.clean(empty_post(field))) == ""


@every_form_kind
@pytest.mark.parametrize("turn", range(12))
def test_example_is_an_answer_that_the_field_accepts_and_json_keeps(kind, turn):
    question = question_of(kind)
    example = question.example(turn)
    field = question.form_field()
    assert field.clean(as_posted(field, example)) == example
    assert json.loads(json.dumps(example)) == example


def as_posted(field: forms.Field, answer: object) -> object:
    """Return a stored answer as a browser posts it back from the filled-in page."""
    shown = field.prepare_value(answer)
    if isinstance(field.widget, forms.MultiWidget):
        return field.widget.decompress(shown)
    return shown if isinstance(shown, list) else str(shown)


@every_form_kind
def test_example_reads_in_words_in_both_languages(kind):
    question = question_of(kind)
    for language in ("vi", "en"):
        with translation.override(language):
            assert question.in_words(question.example(1))


@every_form_kind
@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_in_words_says_nothing_of_an_empty_answer(kind, empty):
    assert question_of(kind).in_words(empty) == ""


@given(st.sampled_from(FORM_KINDS), json_values)
def test_in_words_never_fails_on_an_answer_of_an_older_form(kind, answer):
    """A refreshed draft keeps its answers while a question may have changed its kind."""
    assert isinstance(question_of(kind).in_words(answer), str)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("date", "ngày mai"),
        ("address", "Ba Xa"),
        ("choices", "bỏ rồi"),
        ("choice", ["xd"]),
        ("choice", "bỏ rồi"),
        ("yesno", "maybe"),
        ("yesno", ["yes"]),
        ("number", {"a": 1}),
    ],
)
def test_in_words_shows_an_answer_that_does_not_fit_as_it_is(kind, answer):
    assert question_of(kind).in_words(answer) == str(answer)


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("text", "Xin cấp", "Xin cấp"),
        ("longtext", "Dòng một\nDòng hai", "Dòng một\nDòng hai"),
        ("date", "2026-02-11", "11/02/2026"),
        ("yesno", "yes", "Có"),
        ("yesno", "no", "Không"),
        ("choice", "a", "Lựa chọn Anh"),
        ("choices", ["a", "b"], "Lựa chọn Anh; Lựa chọn Bình"),
        ("choices", "a", "Lựa chọn Anh"),
        ("number", 1234567, "1.234.567"),
        ("number", -1234, "-1.234"),
        ("number", 0, "0"),
        ("number", "12.5", "12,5"),
        (
            "address",
            {"province": "Quảng Ngãi", "commune": "Ba Xa", "detail": "Nước Như"},
            "Nước Như, Ba Xa, Quảng Ngãi",
        ),
        ("address", {"province": "Quảng Ngãi", "commune": "", "detail": ""}, "Quảng Ngãi"),
        ("citizen_id", "051085001234", "051085001234"),
        ("phone", "0905123456", "0905123456"),
        ("email", "rin@example.vn", "rin@example.vn"),
    ],
)
def test_in_words_reads_as_people_write(kind, answer, words):
    assert question_of(kind).in_words(answer) == words


# --- What papers cannot print ---


@every_form_kind
@pytest.mark.parametrize("typed", ["王伟", "🌺", "a@王.cn", "Thôn 🌺"])
def test_kind_takes_no_answer_that_papers_cannot_print(kind, typed):
    field = question_of(kind).form_field()
    parts = [typed] * len(getattr(field, "fields", ()))

    try:
        answer = field.clean(parts or typed)
    except forms.ValidationError:
        return
    assert paper_font.undrawn(str(answer)) == ""
