"""Sending a draft: at most once, and only what its sender has read."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dossiers import answers, facts, snapshot, workflow
from dossiers.applicant import drafts
from dossiers.models import Dossier
from dossiers.moves import Action, NotAllowed
from dossiers.states import Role, State


@transaction.atomic
def submit(
    draft: Dossier,
    *,
    by: AbstractUser | None = None,
    reviewed: str,
    asked: answers.Asked | None = None,
) -> Dossier:
    """Send a draft, whatever the number of clicks and tabs.

    The second caller gets the sent dossier. `reviewed` is the `offer_digest` of the page that was
    read, `asked` what that offer asks, where the caller has parsed it already. Raises NotAllowed
    when the service changed since, when it was closed, or when a required paper is missing.
    """
    locked = drafts.lock(draft)
    if locked.state != State.DRAFT:
        return locked
    drafts.confirm_offer(locked, reviewed)
    submission = facts.Submission(papers=papers_to_send(locked, asked))
    return workflow.perform(locked, Action.SUBMIT, role=Role.CITIZEN, by=by, given=submission)


def papers_to_send(locked: Dossier, asked: answers.Asked | None) -> tuple[facts.PaperLine, ...]:
    """Return the papers with their files; raise NotAllowed when a required one is missing.

    Another tab may have taken a paper back: only what is there under the lock counts.
    """
    with translation.override(settings.LANGUAGE_CODE):
        papers = answers.papers(locked, asked)
    missing = answers.missing(papers)
    # What comes to the desk comes on paper.
    if missing and locked.channel == Dossier.Channel.ONLINE:
        names = "; ".join(slot.name for slot in missing)
        raise NotAllowed(_("Thiếu giấy tờ: %(names)s.") % {"names": names})
    return snapshot.papers_sent(papers)
