"""The vocabulary of forms: what is read, and every refusal by name."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from services.questions import specification
from services.questions.options import Option
from services.questions.specification import parse, validate


def form(*questions, **section):
    return {
        "sections": [
            {"key": "phan-1", "title": "Phần một", "questions": list(questions), **section}
        ]
    }


def question(**changes):
    return {"key": "cau_1", "kind": "text", "label": "Câu một", **changes}


OPTIONS = [["co", "Có"], ["khong", "Không"]]


@pytest.mark.parametrize("nothing", [{}, None])
def test_parse_of_no_form_gives_no_sections(nothing):
    assert parse(nothing) == ()


def test_question_is_read_with_all_that_it_says():
    spec = form(
        question(
            kind="number",
            required=False,
            help="Tính bằng mét.",
            min=1,
            max=2.5,
            unit="m",
            placeholder="0",
        )
    )
    (section,) = parse(spec)
    (read,) = section.questions
    assert (section.key, section.title) == ("phan-1", "Phần một")
    assert (read.key, read.kind, read.label, read.required) == ("cau_1", "number", "Câu một", False)
    assert (read.help, read.min, read.max, read.unit, read.placeholder) == (
        "Tính bằng mét.",
        1,
        2.5,
        "m",
        "0",
    )


def test_question_must_be_answered_unless_it_says_otherwise():
    assert parse(form(question()))[0].questions[0].required


def test_options_keep_their_order():
    (section,) = parse(form(question(kind="choice", options=[["b", "Hai"], ["a", "Một"]])))
    assert section.questions[0].options == (Option("b", "Hai"), Option("a", "Một"))


def test_headings_and_notes_are_not_asked():
    (section,) = parse(
        form(
            {"kind": "heading", "label": "Đầu mục"},
            {"kind": "note", "label": "Lời dặn"},
            question(),
        )
    )
    assert [one.kind for one in section.questions] == ["heading", "note", "text"]
    assert [one.kind for one in section.form_questions] == ["text"]


def test_files_are_asked_apart_from_the_page():
    (section,) = parse(form(question(), question(key="anh", kind="file")))
    assert [one.key for one in section.form_questions] == ["cau_1"]
    assert [one.key for one in section.file_questions] == ["anh"]


@pytest.fixture
def reads(monkeypatch) -> list:
    """The specifications that were read and not found in the cache, which begins empty."""
    specification._read_text.cache_clear()
    read, seen = specification._read, []
    monkeypatch.setattr(specification, "_read", lambda spec: seen.append(spec) or read(spec))
    return seen


def test_parse_reads_each_version_of_a_form_once_per_process(reads):
    first = parse(form(question()))
    assert parse(form(question())) is first
    assert len(reads) == 1
    assert parse(form(question(label="Câu đã sửa"))) is not first
    assert len(reads) == 2


def test_parse_does_not_mix_up_values_that_python_holds_equal(reads):
    parse(form(question(kind="number", min=1)))
    with pytest.raises(ValidationError):
        parse(form(question(kind="number", min=True)))
    (section,) = parse(form(question(kind="number", min=1.0)))
    assert type(section.questions[0].min) is float
    assert len(reads) == 3


def test_parse_is_not_misled_by_a_form_that_is_changed_in_place(reads):
    spec = form(question())
    parse(spec)
    spec["sections"][0]["title"] = "Phần đã sửa"
    assert parse(spec)[0].title == "Phần đã sửa"


def test_parse_refuses_again_what_it_has_refused(reads):
    for _attempt in range(2):
        with pytest.raises(ValidationError):
            parse(form(question(kind="colour")))


REFUSED = {
    "a list": (["sections"], "sections"),
    "another key beside sections": ({"sections": [], "title": "x"}, "sections"),
    "sections that are no list": ({"sections": {}}, "sections"),
    "a section that is no mapping": ({"sections": ["x"]}, "title"),
    "a section without title": ({"sections": [{"key": "a", "questions": [question()]}]}, "title"),
    "a section without questions": (
        {"sections": [{"key": "a", "title": "Phần A", "questions": []}]},
        "Phần A",
    ),
    "an unknown key of a section": (form(question(), colour="red"), "Phần một"),
    "a help of a section that is no text": (form(question(), help=["x"]), "help"),
    "a question that is no mapping": (form("x"), "câu 1 của phần “Phần một”"),
    "an unknown kind": (
        form(question(), question(key="hai", kind="colour")),
        "câu 2 của phần “Phần một”",
    ),
    "a kind that is a list": (form(question(kind=["text"])), "câu 1"),
    "a question without label": (form(question(label=" ")), "label"),
    "an unknown key of a question": (form(question(colour="red")), "colour"),
    "an unknown key that is a number": (form(question() | {1: "x"}), "Khóa lạ 1"),
    "a key with capitals": (form(question(key="Cau")), "key"),
    "a key with accents": (form(question(key="câu")), "key"),
    "a key that ends in a line break": (form(question(key="cau\n")), "key"),
    "a key that is too long": (form(question(key="a" * 41)), "key"),
    "no key": (form({"kind": "text", "label": "x"}), "key"),
    "two questions of one key": (form(question(), question()), "cau_1"),
    "two sections of one key": ({"sections": 2 * form(question())["sections"]}, "phan-1"),
    "a choice without options": (form(question(kind="choice")), "lựa chọn"),
    "a choice of one": (form(question(kind="choice", options=OPTIONS[:1])), "lựa chọn"),
    "options as a mapping": (
        form(question(kind="choices", options={"a": "A", "b": "B"})),
        "lựa chọn",
    ),
    "an option that is no text": (
        form(question(kind="choice", options=[[True, "Có"], [False, "Không"]])),
        "lựa chọn",
    ),
    "two options of one value": (form(question(kind="choice", options=2 * OPTIONS[:1])), "co"),
    "required in words": (form(question(required="no")), "required"),
    "a help that is no text": (form(question(help=3)), "help"),
    "a length that is no number": (form(question(max_length="9")), "max_length"),
    "a length of nothing": (form(question(max_length=0)), "max_length"),
    "a limit in words": (form(question(kind="number", min="one")), "min"),
    "a limit that is yes or no": (form(question(kind="number", max=True)), "max"),
    "a date limit that is no date": (form(question(kind="date", max="31/12/2026")), "max"),
    "a date limit that does not exist": (form(question(kind="date", max="2026-02-30")), "max"),
    "a limit of a text": (form(question(min=1)), "min"),
    "a unit of a date": (form(question(kind="date", unit="m")), "unit"),
    "options of a text": (form(question(options=OPTIONS)), "options"),
    "a heading that must be answered": (form(question(kind="heading", required=True)), "required"),
    "a heading with a key in capitals": (form(question(kind="heading", key="Cau")), "key"),
    "a value that no JSON holds": (form(question(kind="date", max=date(2026, 1, 1))), "max"),
}


@pytest.mark.parametrize("limit", ["2026-12-31", "today"])
def test_date_is_limited_by_a_date_or_by_today(limit):
    (section,) = parse(form(question(kind="date", max=limit)))
    assert section.questions[0].max == limit


@pytest.mark.parametrize("name", REFUSED)
def test_validate_refuses_what_is_no_form_by_name(name):
    spec, named = REFUSED[name]
    with pytest.raises(ValidationError) as refusal:
        validate(spec)
    assert named in refusal.value.messages[0]


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["text", "choice", "cau_1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "sections",
                    "key",
                    "title",
                    "help",
                    "questions",
                    "kind",
                    "label",
                    "options",
                    "min",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(
    _json
    | st.builds(form, _json)
    | st.builds(lambda sections: {"sections": sections}, st.lists(_json, max_size=3))
)
def test_parse_reads_or_refuses_whatever_is_given(spec):
    try:
        sections = parse(spec)
    except ValidationError:
        return
    assert all(one.label for section in sections for one in section.questions)
