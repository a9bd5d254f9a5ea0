"""A dossier read back: questions with answers in words, papers with their files."""

import pytest

from dossiers import answers
from dossiers.applicant import drafts
from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import Role, State
from tests.dossiers.factories import DossierFactory, act, attach, image_file
from tests.services.factories import PaperFactory, ServiceFactory

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
