"""Drafts: what belongs to its writer alone, and the files of a dossier while they may still change.

A draft is opened, brought up to date with its service, filled in page by page, and forgotten when
nobody comes back. Sending it is in `send`.
"""

import hashlib
import json
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.applicant.uploads import ValidatedUpload
from dossiers.models import Attachment, Dossier
from dossiers.moves import NotAllowed, Purpose, with_purpose
from dossiers.outbox import queue
from dossiers.states import State
from services.models import Service

FROZEN_PAPER = ("key", "name", "kind", "copies", "required", "upload", "hint")
FROZEN_FEE = ("key", "kind", "name", "amount", "note")
# The columns of the offer that its sender reads before sending.
SHOWN_OFFER = ("service_name", "level", "form", "papers", "fees", "time_limit", "time_unit")
# The columns that a form of a draft may write.
APPLICANT = frozenset({"applicant_name", "citizen_id", "phone", "email", "address", "delivery"})
CLOSED = gettext_lazy("Dịch vụ này chưa nhận hồ sơ trực tuyến.")
MAX_FILES = 60  # of one dossier, in all its rounds


def start(
    service: Service, *, owner=None, channel: str = Dossier.Channel.ONLINE, **applicant: str
) -> Dossier:
    """Open a draft for `service`; raise NotAllowed when the service takes no dossiers online.

    `applicant` may fill in applicant_name, citizen_id, phone and email, as known from an account.
    """
    if not service.takes_dossiers:
        raise NotAllowed(CLOSED)
    _refuse_unknown(applicant)
    return Dossier.objects.create(
        service=service, owner=owner, channel=channel, **offer(service), **applicant
    )


def _refuse_unknown(applicant: dict[str, Any]) -> None:
    unknown = set(applicant) - APPLICANT
    if unknown:
        raise TypeError(f"not a form's to write: {', '.join(sorted(unknown))}")


def offer(service: Service) -> dict[str, Any]:
    """Return what a dossier freezes of its service: all that is shown before sending."""
    fees = list(service.fees.all())
    return {
        "agency_id": service.agency_id,
        "service_name": service.name,
        "level": service.level,
        "form": service.form,
        "form_version": service.form_version,
        "papers": [
            {name: getattr(paper, name) for name in FROZEN_PAPER} for paper in service.papers.all()
        ],
        "fees": [{name: getattr(fee, name) for name in FROZEN_FEE} for fee in fees],
        "fee_total": sum(fee.amount or 0 for fee in fees),
        "time_limit": service.time_limit,
        "time_unit": service.time_unit,
    }


def offer_digest(dossier: Dossier) -> str:
    """Return a short digest of the frozen offer: the review page sends it back with "Gửi hồ sơ"."""
    frozen = {name: getattr(dossier, name) for name in SHOWN_OFFER}
    return hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()[:16]


def bring_up_to_date(draft: Dossier) -> set[str]:
    """Bring a draft up to its service's present offer in memory; all answers stay.

    Return the names of the columns that changed. The caller saves them, if at all.
    """
    present = offer(draft.service)
    changed = {name for name, value in present.items() if getattr(draft, name) != value}
    for name in changed:
        setattr(draft, name, present[name])
    return changed


def lock(dossier: Dossier) -> Dossier:
    """Read the dossier anew, with its service, and lock its row until the transaction ends."""
    rows = Dossier.objects.select_for_update(of=("self",)).select_related("service")
    return rows.get(pk=dossier.pk)


def confirm_offer(locked: Dossier, reviewed: str) -> None:
    """Save the present offer on a draft about to be sent, whose sender has read it.

    `reviewed` is the `offer_digest` of the page that was read. Raises NotAllowed when the service
    was closed or changed since. The row must be locked.
    """
    if not locked.service.takes_dossiers:
        raise NotAllowed(CLOSED)
    changed = bring_up_to_date(locked)
    if reviewed != offer_digest(locked):
        raise NotAllowed(_("Dịch vụ vừa được cập nhật. Xin xem lại hồ sơ rồi gửi."))
    if changed:
        # The review showed this offer from memory, and the workflow reads the row anew.
        locked.save()


@transaction.atomic
def save(draft: Dossier, *, answers: dict[str, Any] | None = None, **applicant: Any) -> Dossier:
    """Keep what was typed on one step; other steps' answers stay.

    Raise NotAllowed once the dossier is sent.
    """
    _refuse_unknown(applicant)
    locked = lock(draft)
    if locked.state != State.DRAFT:
        raise NotAllowed(_("Hồ sơ đã được gửi nên không sửa được nữa."))
    bring_up_to_date(locked)
    locked.answers = {**locked.answers, **(answers or {})}
    for name, value in applicant.items():
        setattr(locked, name, value)
    locked.save()
    return locked


@transaction.atomic
def attach(dossier: Dossier, *, slot: str, upload: ValidatedUpload) -> Attachment:
    """Keep a file for one paper, to be looked into by a worker.

    The same bytes for the same paper are kept once. Open to drafts and to dossiers that wait for a
    supplement; raise NotAllowed otherwise.
    """
    locked = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    if not locked.accepts_files:
        raise NotAllowed(_("Hồ sơ này hiện không nhận thêm giấy tờ."))
    known = {"slot": slot, "sha256": upload.sha256, "round": rounds(locked)}
    same = locked.attachments.filter(**known).first()
    if same is not None:
        return same
    if locked.attachments.count() >= MAX_FILES:
        raise NotAllowed(
            _("Hồ sơ đã có %(most)d tệp, không nhận thêm được. Hãy gộp các trang vào một tệp PDF.")
            % {"most": MAX_FILES}
        )
    _refuse_bytes(locked, upload.size)
    locked.save(update_fields=["updated_at"])  # a draft that is worked on is not an old draft
    attachment = locked.attachments.create(
        **known,
        file=upload.file,
        name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
    )
    queue.add_check(attachment)
    return attachment


def _refuse_bytes(locked: Dossier, size: int) -> None:
    """Raise NotAllowed when the dossier's files would be more than DOSSIER_MAX_BYTES in all."""
    held = locked.attachments.aggregate(sum=Sum("size"))["sum"] or 0
    if held + size <= settings.DOSSIER_MAX_BYTES:
        return
    raise NotAllowed(
        _(
            "Các tệp của hồ sơ đã nặng %(held)s, tối đa %(most)s. "
            "Hãy chụp lại ở cỡ nhỏ hơn hoặc nộp bản giấy tại Bộ phận Một cửa."
        )
        % {"held": filesizeformat(held), "most": filesizeformat(settings.DOSSIER_MAX_BYTES)}
    )


@transaction.atomic
def detach(dossier: Dossier, attachment: Attachment) -> None:
    """Take back a file of a draft, or of the supplement that is being put together."""
    locked = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    if (
        not locked.accepts_files
        or attachment.dossier_id != locked.pk
        or attachment.round != rounds(locked)
    ):
        raise NotAllowed(_("Giấy tờ đã gửi thì không bỏ được nữa."))
    attachment.delete()
    _delete_file_later(attachment)


@transaction.atomic
def forget(pk: int, *, untouched_since: datetime) -> bool:
    """Delete a draft and its files unless it was touched, sent or is in use meanwhile.

    Return whether it was deleted.
    """
    drafts = Dossier.objects.select_for_update(of=("self",), skip_locked=True)
    draft = drafts.filter(pk=pk, state=State.DRAFT, updated_at__lt=untouched_since).first()
    if draft is None:
        return False
    for attachment in draft.attachments.all():
        _delete_file_later(attachment)
    draft.delete()
    return True


def _delete_file_later(attachment: Attachment) -> None:
    """Delete the file after the commit; a failure is logged and gives nobody an error page."""
    for stored in (attachment.file, attachment.safe_copy):
        transaction.on_commit(partial(stored.delete, save=False), robust=True)


def rounds(dossier: Dossier) -> int:
    """Return the round of a file sent now: 0 for a draft, then the number of the request."""
    return dossier.events.filter(action__in=with_purpose(Purpose.REQUEST_SUPPLEMENT)).count()
