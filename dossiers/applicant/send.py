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
    specification: answers.Specification | None = None,
) -> Dossier:
    """Send a draft, whatever the number of clicks and tabs.

    The second caller gets the sent dossier.

    `reviewed` is the `offer_digest` of the page that was read, `specification` the parsed form of
    that same offer, where the caller has it already. Raises NotAllowed when the service
    changed since, when it was closed, or when a required paper is missing.
    """
    locked_rows = Dossier.objects.select_for_update(of=("self",)).select_related("service")
    locked = locked_rows.get(pk=draft.pk)
    if locked.state != State.DRAFT:
        return locked
    if not locked.service.takes_dossiers:
        raise NotAllowed(drafts.CLOSED)
    drafts.bring_up_to_date(locked)
    if reviewed != drafts.offer_digest(locked):
        raise NotAllowed(_("Dịch vụ vừa được cập nhật. Xin xem lại hồ sơ rồi gửi."))
    # The review showed this offer from memory, and the workflow reads the row anew.
    locked.save()

    # Another tab may have taken a paper back: only what is there under the lock counts.
    with translation.override(settings.LANGUAGE_CODE):
        papers = answers.papers(locked, specification)
        missing = answers.missing(papers)
    # What comes to the desk comes on paper.
    if missing and locked.channel == Dossier.Channel.ONLINE:
        names = "; ".join(slot.name for slot in missing)
        raise NotAllowed(_("Thiếu giấy tờ: %(names)s.") % {"names": names})
    submission = facts.Submission(papers=snapshot.papers_sent(papers))
    return workflow.perform(locked, Action.SUBMIT, role=Role.CITIZEN, by=by, given=submission)
