"""The pages a draft goes through: the applicant, one per section of questions, papers, review."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from dossiers import answers
from dossiers.applicant.forms import ApplicantForm, SectionForm, StepForm
from dossiers.models import Dossier
from services.questions.specification import Section

APPLICANT_FIELDS = ("applicant_name", "citizen_id", "phone", "email", "address", "delivery")


@dataclass(frozen=True)
class Step:
    """One page; `number` counts from 1 as it stands in the address."""

    number: int
    title: str


@dataclass(frozen=True)
class QuestionsStep(Step):
    """A page of questions: the applicant (no `section`), or one section of the service's form."""

    section: Section | None = None

    def form(self, draft: Dossier, data: Any = None, *, partial: bool = False) -> StepForm:
        """Return the form of the page, bound to `data` or filled with what the draft holds."""
        if self.section is not None:
            return SectionForm(self.section, data, initial=draft.answers, partial=partial)
        initial = {name: getattr(draft, name) for name in APPLICANT_FIELDS}
        return ApplicantForm(data, initial=initial, partial=partial, level=draft.level)

    def is_complete(self, draft: Dossier) -> bool:
        """Whether what the draft holds would pass this page's own check now."""
        form = self.form(draft)
        return stored_values_are_valid(form.fields, form.initial)


@dataclass(frozen=True)
class PapersStep(Step):
    pass


@dataclass(frozen=True)
class ReviewStep(Step):
    pass


def steps_of(sections: tuple[Section, ...], papers: list[answers.Slot]) -> list[Step]:
    """Return the pages in order; without papers to upload that page is left out."""
    steps: list[Step] = [QuestionsStep(1, _("Người nộp hồ sơ"))]
    for section in sections:
        steps.append(QuestionsStep(len(steps) + 1, section.title, section))
    if any(slot.upload for slot in papers):
        steps.append(PapersStep(len(steps) + 1, _("Giấy tờ kèm theo")))
    steps.append(ReviewStep(len(steps) + 1, _("Kiểm tra và gửi")))
    return steps


def stored_values_are_valid(fields: Mapping[str, forms.Field], stored: Mapping[str, Any]) -> bool:
    """Whether each field would accept what is stored for it, in the shape in which it is typed."""
    for name, field in fields.items():
        value = stored.get(name, field.initial)
        if isinstance(field, forms.MultiValueField):
            typed = field.widget.decompress(value)
        else:
            typed = field.prepare_value(value)
        try:
            field.clean(typed)
        except forms.ValidationError:
            return False
    return True
