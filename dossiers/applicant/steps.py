"""The pages a draft goes through: the applicant, one per section of questions, papers, review."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dossiers import answers
from dossiers.applicant import drafts
from dossiers.applicant.forms import ApplicantForm, SectionForm, StepForm
from dossiers.models import Dossier
from services.questions.specification import Section

APPLICANT_FIELDS = ("applicant_name", "citizen_id", "phone", "email", "address", "delivery")


@dataclass(frozen=True)
class Step(ABC):
    """One page; `number` counts from 1 as it stands in the address."""

    number: int
    title: str

    @abstractmethod
    def is_complete(self, draft: Dossier, missing_papers: list[answers.Slot]) -> bool:
        """Whether the page asks for nothing more."""


class QuestionsStep(Step):
    """A page with a form whose answers are kept on the draft."""

    @abstractmethod
    def form(self, draft: Dossier, posted: Any = None, *, partial: bool = False) -> StepForm:
        """Return the form of the page, bound to `posted` or filled with what the draft holds."""

    @abstractmethod
    def save(self, draft: Dossier, cleaned: dict[str, Any]) -> None:
        """Keep what the form of the page has cleaned; raise NotAllowed once the draft is sent."""

    def is_complete(self, draft: Dossier, missing_papers: list[answers.Slot]) -> bool:
        return self.form(draft).accepts_stored_answers()


@dataclass(frozen=True)
class ApplicantStep(QuestionsStep):
    def form(self, draft: Dossier, posted: Any = None, *, partial: bool = False) -> StepForm:
        initial = {name: getattr(draft, name) for name in APPLICANT_FIELDS}
        return ApplicantForm(posted, initial=initial, partial=partial, level=draft.level)

    def save(self, draft: Dossier, cleaned: dict[str, Any]) -> None:
        drafts.save(draft, **cleaned)


@dataclass(frozen=True)
class SectionStep(QuestionsStep):
    section: Section

    def form(self, draft: Dossier, posted: Any = None, *, partial: bool = False) -> StepForm:
        return SectionForm(self.section, posted, initial=draft.answers, partial=partial)

    def save(self, draft: Dossier, cleaned: dict[str, Any]) -> None:
        drafts.save(draft, answers=cleaned)


@dataclass(frozen=True)
class PapersStep(Step):
    def is_complete(self, draft: Dossier, missing_papers: list[answers.Slot]) -> bool:
        return not missing_papers


@dataclass(frozen=True)
class ReviewStep(Step):
    def is_complete(self, draft: Dossier, missing_papers: list[answers.Slot]) -> bool:
        return False  # it is left by sending


def steps_of(asked: answers.Asked) -> list[Step]:
    """Return the pages in order; without papers to upload that page is left out."""
    steps: list[Step] = [ApplicantStep(1, _("Người nộp hồ sơ"))]
    for section in asked.sections:
        steps.append(SectionStep(len(steps) + 1, section.title, section))
    if asked.uploads:
        steps.append(PapersStep(len(steps) + 1, _("Giấy tờ kèm theo")))
    steps.append(ReviewStep(len(steps) + 1, _("Kiểm tra và gửi")))
    return steps


def incomplete(steps: list[Step], draft: Dossier, missing_papers: list[answers.Slot]) -> list[Step]:
    return [step for step in steps if not step.is_complete(draft, missing_papers)]
