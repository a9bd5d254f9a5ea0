"""A draft while one of its pages is answered: everything about it is loaded once per request."""

from functools import cached_property
from typing import Any

from django.urls import reverse

from dossiers import answers
from dossiers.applicant import drafts
from dossiers.applicant.steps import PapersStep, SectionStep, Step, incomplete, steps_of
from dossiers.models import Dossier


class Application:
    """One draft with its questions, papers and steps, as its service offers them now.

    The draft is brought up to the present offer in memory only: looking at a page locks and writes
    nothing. What is saved or sent is brought up to date again under the lock of the row.
    """

    def __init__(self, draft: Dossier):
        self.draft = draft
        changed = drafts.bring_up_to_date(draft)
        # Whether anything changed that the sender reads.
        self.offer_changed = not changed.isdisjoint(drafts.SHOWN_OFFER)
        self.asked = answers.asked(draft)
        self.steps = steps_of(self.asked)

    @cached_property
    def papers(self) -> list[answers.Slot]:
        """The papers with their files; a page that keeps files asks for them afterwards."""
        return answers.papers(self.draft, self.asked)

    @cached_property
    def missing_papers(self) -> list[answers.Slot]:
        return answers.missing(self.papers)

    @cached_property
    def unfinished(self) -> list[Step]:
        """The pages before the review that are not complete."""
        return incomplete(self.steps[:-1], self.draft, self.missing_papers)

    @property
    def resume_url(self) -> str:
        """Where to go on: the first page that is not complete, or the review."""
        step = self.unfinished[0] if self.unfinished else self.steps[-1]
        return self.url(step)

    def url(self, step: Step) -> str:
        draft = self.draft
        return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, step.number])

    def url_after(self, step: Step, direction: str) -> str:
        """Return where the pressed button leads: "back", "later", or else the next page."""
        if direction == "later":
            return reverse("dossiers:track", args=[self.draft.tracking_code])
        index = step.number - 1
        if direction == "back":
            return self.url(self.steps[max(index - 1, 0)])
        return self.url(self.steps[index + 1])

    def summary(self) -> list[tuple[answers.AnsweredSection, str]]:
        """Return each section with its answers in words, and the address of its page."""
        answered = answers.summary(self.draft, self.asked)
        pages = [step for step in self.steps if isinstance(step, SectionStep)]
        return [(section, self.url(step)) for section, step in zip(answered, pages, strict=True)]

    @property
    def papers_url(self) -> str | None:
        for step in self.steps:
            if isinstance(step, PapersStep):
                return self.url(step)
        return None

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
