"""A dossier read back: questions with answers in words, papers with their files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers import answers
from dossiers.applicant import drafts
from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import Role, State
from services import questions
from services.form_spec import ASKING, Option, Question
from tests.dossiers.factories import DossierFactory, act, attach, image_file
from tests.services.factories import PaperFactory, ServiceFactory

OPTIONS = (Option("xd", "Xây dựng"), Option("sc", "Sửa chữa"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


def question(kind: str, **rest) -> Question:
    return Question(key="q", kind=kind, label="Câu hỏi", options=OPTIONS, **rest)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("text", "Xin cấp", "Xin cấp"),
        ("longtext", "Dòng một\nDòng hai", "Dòng một\nDòng hai"),
        ("date", "2026-02-11", "11/02/2026"),
        ("yesno", "yes", "Có"),
        ("yesno", "no", "Không"),
        ("choice", "xd", "Xây dựng"),
        ("choice", "bỏ rồi", "bỏ rồi"),
        ("choices", ["xd", "sc"], "Xây dựng; Sửa chữa"),
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
    ],
)
def test_in_words_reads_as_people_write(kind, value, words):
    assert questions.in_words(question(kind), value) == words


def test_in_words_gives_a_number_its_unit():
    assert questions.in_words(question("number", unit="m²"), 80) == "80 m²"


@pytest.mark.parametrize("kind", sorted(ASKING))
@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_in_words_of_an_empty_answer_is_empty(kind, empty):
    assert questions.in_words(question(kind), empty) == ""


@given(st.sampled_from(sorted(ASKING)), json_values)
def test_in_words_reads_any_answer_kept_from_an_older_form(kind, value):
    """A refreshed draft keeps its answers while the kind of a question may have changed under
    them.
    """
    assert isinstance(questions.in_words(question(kind), value), str)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date", "ngày mai"),
        ("address", "Ba Xa"),
        ("choices", "xd"),
        ("choice", ["xd"]),
        ("number", {"a": 1}),
    ],
)
def test_in_words_shows_an_answer_that_does_not_fit_as_given(kind, value):
    words = questions.in_words(question(kind), value)
    assert words in (str(value), "Xây dựng")


FORM = {
    "sections": [
        {
            "key": "nguoi",
            "title": "Người đề nghị",
            "questions": [
                {"key": "ten", "kind": "text", "label": "Họ tên"},
                {"kind": "note", "label": "Ghi như trong giấy tờ."},
                {
                    "key": "anh",
                    "kind": "file",
                    "label": "Ảnh chân dung",
                    "required": False,
                    "help": "3 × 4",
                },
            ],
        },
        {
            "key": "tep",
            "title": "Tệp",
            "questions": [{"key": "don", "kind": "file", "label": "Đơn"}],
        },
        {
            "key": "khac",
            "title": "Khác",
            "questions": [{"key": "ngay", "kind": "date", "label": "Ngày"}],
        },
    ]
}


@pytest.fixture
def draft(db) -> Dossier:
    service = ServiceFactory(online=True, form=FORM)
    PaperFactory(service=service, key="cccd", name="Căn cước", copies=2)
    PaperFactory(service=service, key="to-khai", name="Tờ khai", upload=False)
    PaperFactory(service=service, key="so-do", name="Sơ đồ", required=False)
    return DossierFactory(
        service=service, state=State.DRAFT, answers={"ten": "Rin", "ngay": "2026-02-11"}
    )


def test_summary_has_every_section_that_asks_something_in_order(draft):
    read = [
        (one.number, one.title, [(line.label, line.text) for line in one.answers])
        for one in answers.summary(draft)
    ]
    assert read == [
        (0, "Người đề nghị", [("Họ tên", "Rin")]),
        (1, "Khác", [("Ngày", "11/02/2026")]),
    ]


def test_papers_end_with_the_file_questions(draft):
    slots = answers.papers(draft)
    assert [slot.key for slot in slots] == ["cccd", "to-khai", "so-do", "anh", "don"]
    assert [slot.required for slot in slots] == [True, True, False, False, True]
    assert (slots[0].name, slots[0].kind, slots[0].copies, slots[3].hint) == (
        "Căn cước",
        "Bản chụp",
        2,
        "3 × 4",
    )


def test_missing_is_what_must_be_uploaded_and_was_not(draft):
    assert [slot.key for slot in answers.missing(answers.papers(draft))] == ["cccd", "don"]
    attach(draft, "cccd")
    attach(draft, "don")
    assert answers.missing(answers.papers(draft)) == []


def test_papers_have_the_files_of_one_round_or_of_all(draft):
    attach(draft, "cccd")
    act(draft, Action.SUBMIT, Role.CITIZEN)
    act(draft, Action.REQUEST_INTAKE_SUPPLEMENT, Role.DESK)
    attach(draft, "cccd", image_file())
    files = {
        round: [len(slot.files) for slot in answers.papers(draft, round=round)]
        for round in (None, 0, 1, 2)
    }
    assert files == {
        None: [2, 0, 0, 0, 1],
        0: [1, 0, 0, 0, 1],
        1: [1, 0, 0, 0, 0],
        2: [0, 0, 0, 0, 0],
    }


def test_papers_still_show_a_file_whose_paper_is_no_longer_asked(draft):
    kept = attach(draft, "so-do")
    draft.service.papers.filter(key="so-do").delete()
    drafts.save(draft)
    draft.refresh_from_db()
    dossier = act(draft, Action.SUBMIT, Role.CITIZEN)
    assert [slot.key for slot in answers.papers(dossier)] == [
        "cccd",
        "to-khai",
        "anh",
        "don",
        "so-do",
    ]
    last = answers.papers(dossier)[-1]
    assert (last.files, last.required, last.upload, last.is_missing) == (
        (kept,),
        False,
        False,
        False,
    )
    assert last.name == "Giấy tờ khác"


def test_papers_show_other_papers_of_a_supplement(draft):
    act(draft, Action.SUBMIT, Role.CITIZEN)
    act(draft, Action.REQUEST_INTAKE_SUPPLEMENT, Role.DESK)
    other = attach(draft, "giay-to-khac")
    assert answers.papers(draft)[-1].files == (other,)


def test_papers_are_read_in_one_query_however_many_files(draft, django_assert_num_queries):
    for slot in ("cccd", "so-do", "anh", "don"):
        attach(draft, slot)
    with django_assert_num_queries(1):
        assert sum(len(slot.files) for slot in answers.papers(draft)) == 4
