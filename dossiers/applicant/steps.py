"""The pages a draft goes through.

The applicant, one per section of questions, the papers, the review.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers import answers
from dossiers.applicant.forms import ApplicantForm, SectionForm, StepForm
from dossiers.models import Dossier
from services.form_spec import Section

APPLICANT_FIELDS = ("applicant_name", "citizen_id", "phone", "email", "address", "delivery")


@dataclass(frozen=True)
class Step:
    """One page; `number` counts from 1 as it stands in the address."""

    number: int
    kind: str  # applicant, section, papers or review
    title: str
    section: Section | None = None

    def url(self, draft: Dossier) -> str:
        return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, self.number])

    def form(self, draft: Dossier, data=None, *, partial: bool = False) -> StepForm:
        """Return the step's form, bound to `data` or filled with what the draft holds."""
        if self.section is not None:
            return SectionForm(self.section, data, initial=draft.answers, partial=partial)
        initial = {name: getattr(draft, name) for name in APPLICANT_FIELDS}
        return ApplicantForm(data, initial=initial, partial=partial, level=draft.level)

    def is_complete(self, draft: Dossier) -> bool:
        """Whether what the draft holds would pass this page's own check now."""
        if self.kind == "papers":
            return not answers.missing(draft)
        if self.kind == "review":
            return False
        return self.form(draft, stored(self, draft)).is_valid()


def steps_of(draft: Dossier) -> list[Step]:
    """Return the pages of a draft in order; without papers to upload that page is left out."""
    pages: list[tuple[str, str, Section | None]] = [("applicant", _("Người nộp hồ sơ"), None)]
    pages += [("section", section.title, section) for section in answers.sections(draft)]
    if any(slot.upload for slot in answers.papers(draft)):
        pages.append(("papers", _("Giấy tờ kèm theo"), None))
    pages.append(("review", _("Kiểm tra và gửi"), None))
    return [Step(number, *page) for number, page in enumerate(pages, start=1)]


def stored(step: Step, draft: Dossier) -> dict:
    """Return what the draft holds for a step, in the shape in which a browser would post it."""
    form = step.form(draft)
    posted: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if hasattr(field.widget, "widgets_names"):
            parts = field.widget.decompress(value)
            posted |= {
                name + suffix: part
                for suffix, part in zip(field.widget.widgets_names, parts, strict=True)
            }
        else:
            posted[name] = field.prepare_value(value)
    return posted


def first_unfinished(draft: Dossier) -> Step:
    """Return where to go on: the first page that is not complete, or the review."""
    steps = steps_of(draft)
    return next((step for step in steps if not step.is_complete(draft)), steps[-1])
