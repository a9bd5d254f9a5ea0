"""A draft while one of its pages is answered: everything about it is loaded once per request."""

from functools import cached_property
from typing import Any

from django.urls import reverse

from dossiers import answers
from dossiers.applicant import drafts
from dossiers.applicant.steps import PapersStep, QuestionsStep, Step, steps_of
from dossiers.models import Dossier
from services import form_spec


class Application:
    """One draft with its questions, papers and steps, as its service offers them now.

    The draft is brought up to the present offer in memory only: looking at a page locks and writes
    nothing. What is saved or sent is brought up to date again under the lock of the row.
    """

    def __init__(self, draft: Dossier):
        self.draft = draft
        digest_before = drafts.offer_digest(draft)
        drafts.bring_up_to_date(draft)
        self.offer_digest = drafts.offer_digest(draft)
        self.offer_changed = self.offer_digest != digest_before

        self.contents = answers.contents(draft, form_spec.parse(draft.form))

    @property
    def papers(self) -> list[answers.Slot]:
        return self.contents.papers

    @property
    def uploads(self) -> list[answers.Slot]:
        """The papers of which a file can be sent."""
        return [slot for slot in self.papers if slot.upload]

    @property
    def missing_papers(self) -> list[answers.Slot]:
        return self.contents.missing

    @cached_property
    def steps(self) -> list[Step]:
        return steps_of(self.contents.sections, self.contents.papers)

    def url(self, step: Step) -> str:
        draft = self.draft
        return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, step.number])

    def is_complete(self, step: Step) -> bool:
        if isinstance(step, QuestionsStep):
            return step.is_complete(self.draft)
        if isinstance(step, PapersStep):
            return not self.missing_papers
        return False

    @cached_property
    def unfinished(self) -> list[Step]:
        """The pages before the review that are not complete."""
        return [step for step in self.steps[:-1] if not self.is_complete(step)]

    @property
    def resume_url(self) -> str:
        """Where to go on: the first page that is not complete, or the review."""
        step = self.unfinished[0] if self.unfinished else self.steps[-1]
        return self.url(step)

    def summary(self) -> list[tuple[answers.AnsweredSection, str]]:
        """Return each section with its answers in words, and the address of its page."""
        sections = answers.summary(self.draft, self.contents.sections)
        first_section = 1  # the applicant's page stands before the sections
        return [
            (section, self.url(self.steps[first_section + section.number])) for section in sections
        ]

    def page_context(self, step: Step) -> dict[str, Any]:
        """Return what every page of a draft shows besides its own content."""
        previous = self.url(self.steps[step.number - 2]) if step.number > 1 else None
        return {
            "dossier": self.draft,
            "service": self.draft.service,
            "step": step,
            "total": len(self.steps),
            "previous": previous,
        }
