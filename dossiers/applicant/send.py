"""Sending a draft: at most once, and only what its sender has read."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers import answers, workflow
from dossiers.applicant import drafts
from dossiers.models import Dossier
from dossiers.moves import Action, NotAllowed
from dossiers.states import Role, State


@transaction.atomic
def submit(draft: Dossier, *, by: AbstractUser | None = None, reviewed: str) -> Dossier:
    """Send a draft, whatever the number of clicks and tabs.

    The second caller gets the sent dossier.

    `reviewed` is the `offer_digest` of the page that was read. Raises NotAllowed when the service
    changed since, when it was closed, or when a required paper is missing.
    """
    locked_rows = Dossier.objects.select_for_update(of=("self",)).select_related("service")
    locked = locked_rows.get(pk=draft.pk)
    if locked.state != State.DRAFT:
        return locked
    drafts.refuse_closed(locked.service)
    if reviewed != drafts.offer_digest(locked):
        raise NotAllowed(_("Dịch vụ vừa được cập nhật. Xin xem lại hồ sơ rồi gửi."))
    refuse_missing_papers(locked)
    return workflow.perform(locked, Action.SUBMIT, role=Role.CITIZEN, by=by)


def refuse_missing_papers(draft: Dossier) -> None:
    """Look at the papers once more, under the lock: another tab may have taken one back."""
    if draft.channel != Dossier.Channel.ONLINE:
        return  # what comes to the desk comes on paper
    missing = answers.missing(draft)
    if missing:
        names = "; ".join(slot.name for slot in missing)
        raise NotAllowed(_("Thiếu giấy tờ: %(names)s.") % {"names": names})
