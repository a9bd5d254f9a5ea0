"""The pages of a draft: their order, and what makes one complete."""

import pytest

from dossiers import answers
from dossiers.applicant import steps
from dossiers.models import Dossier
from services.questions.base import FormQuestion
from services.questions.registry import KINDS
from services.questions.specification import Section, parse
from tests.dossiers.factories import APPLICANT

OPTIONS = [["xd", "Xây dựng"], ["sc", "Sửa chữa"]]
ANSWERED = sorted(name for name, kind in KINDS.items() if issubclass(kind, FormQuestion))


def question(kind: str, **rest) -> FormQuestion:
    """Return the only question of a specification."""
    options = {"options": OPTIONS} if kind in ("choice", "choices") else {}
    raw = {"key": "q", "kind": kind, "label": "Câu hỏi", **options, **rest}
    [section] = parse({"sections": [{"key": "phan", "title": "Phần", "questions": [raw]}]})
    return section.form_questions[0]


def section_step(*asked: FormQuestion) -> steps.SectionStep:
    return steps.SectionStep(2, "Phần", section("phan", *asked))


def section(key: str, *asked: FormQuestion) -> Section:
    return Section(key, "Phần", "", asked)


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        (answers.Asked((), (), frozenset()), ["ApplicantStep", "ReviewStep"]),
        (
            answers.Asked((section("a"), section("b")), (), frozenset({"cccd"})),
            ["ApplicantStep", "SectionStep", "SectionStep", "PapersStep", "ReviewStep"],
        ),
    ],
    ids=["nothing asked", "sections and papers"],
)
def test_steps_of_leaves_out_what_is_not_asked_and_counts_from_one(asked, kinds):
    pages = steps.steps_of(asked)
    assert [type(page).__name__ for page in pages] == kinds
    assert [page.number for page in pages] == list(range(1, len(kinds) + 1))


def test_applicant_step_is_complete_with_everything_that_it_requires():
    step = steps.ApplicantStep(1, "Người nộp")
    assert step.is_complete(Dossier(**APPLICANT, level=3), [])
    assert step.is_complete(Dossier(**{**APPLICANT, "email": ""}, level=3), [])
    assert not step.is_complete(Dossier(**{**APPLICANT, "phone": ""}, level=3), [])
    assert not step.is_complete(Dossier(**{**APPLICANT, "citizen_id": "12"}, level=3), [])


@pytest.mark.parametrize("kind", ANSWERED)
def test_section_step_is_complete_with_what_its_own_form_has_cleaned(kind):
    step = section_step(question(kind))
    stored = question(kind).example(1)
    assert step.is_complete(Dossier(answers={"q": stored}), [])
    assert not step.is_complete(Dossier(answers={}), [])


@pytest.mark.parametrize("kind", ANSWERED)
def test_section_step_with_an_optional_question_is_complete_without_an_answer(kind):
    assert section_step(question(kind, required=False)).is_complete(Dossier(answers={}), [])


@pytest.mark.parametrize("kind", ANSWERED)
def test_section_step_shows_and_judges_answers_given_to_another_kind(kind):
    """A refreshed draft keeps its answers while the kind of a question may change under them."""
    step = section_step(question(kind))
    given = [question(other).example(1) for other in ANSWERED]
    for answer in [*given, {"a": [1]}, [1], 7, True, None]:
        draft = Dossier(answers={"q": answer})
        assert "Câu hỏi" in str(step.form(draft))
        assert step.is_complete(draft, []) in (True, False)


def test_papers_step_is_complete_when_no_required_paper_is_missing():
    step = steps.PapersStep(3, "Giấy tờ")
    assert step.is_complete(Dossier(), [])
    assert not step.is_complete(Dossier(), [answers.other_papers("cccd", ())])
