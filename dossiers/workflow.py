"""The one door for state: every change of a dossier after its draft goes through `apply`.

Each verb opens the transaction, locks the row, looks again, asks the table, changes, writes the event and the rows for
mail and papers, and commits. Only then is anybody told. Filling in a draft is `drafts`' business.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers import answers, codes
from dossiers.applicant import drafts
from dossiers.models import Counter, Document, Dossier, Event
from dossiers.outbox import mail, tasks
from dossiers.states import TRANSITIONS, Action, Clock, NotAllowed, Role, State
from services import calendars, formats

# --- Moves -------------------------------------------------------------------------------------------------------


@transaction.atomic
def submit(draft: Dossier, *, by=None, reviewed: str) -> Dossier:
    """Send a draft: at most once, whatever the number of clicks and tabs; the second caller gets the sent dossier.

    `reviewed` is the `offer_digest` of the page that was read. Raise NotAllowed when the service changed since, or was
    closed, or a required paper is missing.
    """
    locked = (
        Dossier.objects.select_for_update(of=("self",)).select_related("service").get(pk=draft.pk)
    )
    if locked.state != State.DRAFT:
        return locked
    drafts.refuse_closed(locked.service)
    if reviewed != drafts.offer_digest(locked):
        raise NotAllowed(_("Dịch vụ vừa được cập nhật. Xin xem lại hồ sơ rồi gửi."))
    _refuse_missing_papers(locked)
    return apply(locked, Action.SUBMIT, role=Role.CITIZEN, by=by)


def _refuse_missing_papers(draft: Dossier) -> None:
    """Look at the papers once more, under the lock: another tab may have taken one back."""
    if draft.channel != Dossier.Channel.ONLINE:
        return  # what comes to the desk comes on paper
    if missing := answers.missing(draft):
        raise NotAllowed(
            _("Thiếu giấy tờ: %(names)s.") % {"names": "; ".join(slot.name for slot in missing)}
        )


@transaction.atomic
def apply(
    dossier: Dossier,
    action: Action,
    *,
    role: Role,
    by=None,
    note: str = "",
    data: dict[str, Any] | None = None,
) -> Dossier:
    """Move a dossier along one edge of TRANSITIONS and return it as it now stands.

    `by` is the user who acts (None for an applicant without an account and for the ledger), `note` their words,
    `data` what the action's own form asked. Raises NotAllowed, with nothing changed, when the table does not offer
    the move from the state found under the lock, or when a reason is owed and missing.
    """
    edge = TRANSITIONS[action]
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    _refuse_unless_offered(dossier, action, role, note)

    now = timezone.now()
    before = dossier.state
    dossier.state = edge.target or before
    facts = dict(data or {})
    if effect := EFFECTS.get(action):
        facts |= effect(dossier, by, now, facts)
    _move_clock(dossier, edge.clock, now)
    dossier.save()
    facts |= {"due_at": dossier.due_at}
    event = Event.objects.create(
        dossier=dossier, action=action, from_state=before, to_state=dossier.state,
        role=role, actor=by, note=note, data=facts, at=now,
    )  # fmt: skip
    _write_rows(event, edge.message, edge.paper)
    return dossier


def _refuse_unless_offered(dossier: Dossier, action: Action, role: Role, note: str) -> None:
    edge = TRANSITIONS[action]
    if role not in edge.roles:
        raise NotAllowed(
            _("Thao tác “%(action)s” không thuộc phần việc của bạn.") % {"action": action.label}
        )
    if dossier.state not in edge.sources:
        raise NotAllowed(too_late(dossier, action))
    if edge.needs_note and not note.strip():
        raise NotAllowed(_("Cần ghi rõ lý do hoặc nội dung."))


def too_late(dossier: Dossier, action: Action) -> str:
    """Tell two tabs, two officers, an old page: where the dossier stands now, and who put it there."""
    last = dossier.events.select_related("actor").order_by("-pk").first()
    who = last.actor if last and last.actor else _("người nộp")
    told = {"action": action.label, "state": dossier.get_state_display(), "who": who}
    return (
        _(
            "Không thể “%(action)s”: hồ sơ đang ở trạng thái “%(state)s” (cập nhật gần nhất: %(who)s)."
        )
        % told
    )


def _write_rows(event: Event, message: str, paper: str) -> None:
    """Write the rows for what must happen later, and hurry them once the transaction is through."""
    for notification in mail.record(event, message):
        tasks.hurry(tasks.deliver_notification, notification.pk)
    if paper:
        document = Document.objects.create(dossier=event.dossier, event=event, kind=paper)
        tasks.hurry(tasks.render_document, document.pk)


# --- The clock ---------------------------------------------------------------------------------------------------


def _move_clock(dossier: Dossier, clock: Clock, now: datetime) -> None:
    if clock == Clock.STOP:
        dossier.finished_at, dossier.paused_at = now, None
    elif clock == Clock.PAUSE:
        dossier.paused_at = now
    elif clock in (Clock.START, Clock.RESTART):
        dossier.paused_at = None
        dossier.due_at = _due_from(dossier, now)
    elif clock == Clock.RESUME and dossier.paused_at:
        if dossier.due_at:
            dossier.due_at = calendars.resume(
                dossier.due_at, dossier.paused_at, now, calendars.load()
            )
        dossier.paused_at = None


def _due_from(dossier: Dossier, start: datetime) -> datetime | None:
    if dossier.time_limit is None:
        return None
    return calendars.due_at(start, dossier.time_limit, dossier.time_unit, calendars.load())


# --- What some moves do besides ----------------------------------------------------------------------------------


def take_number(book: str, period: str) -> int:
    """Return the next number of `book` in `period`, under a row lock held until the transaction ends."""
    counter, _created = Counter.objects.get_or_create(book=book, period=period)
    Counter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    return Counter.objects.values_list("last", flat=True).get(pk=counter.pk)


def _next_of_year(book: str, now: datetime) -> int:
    """Return the next number of a book that starts again at 1 every 1 January (Circular 01/2018/TT-VPCP art. 9)."""
    return take_number(book, f"{timezone.localdate(now):%Y}")


def _submit(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    dossier.submitted_at = now
    if by is not None and dossier.owner_id is None and dossier.channel == Dossier.Channel.ONLINE:
        dossier.owner = by
    return {"fee_total": dossier.fee_total, "form_version": dossier.form_version}


def _receive(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    today = timezone.localdate(now)
    unit = settings.AUTHORITY["unit_code"]
    order = take_number(unit, f"{today:%Y-%m-%d}")
    if order > codes.LAST_NUMBER_OF_A_DAY:
        raise NotAllowed(
            _("Hôm nay đã cấp hết %(most)d số hồ sơ.") % {"most": codes.LAST_NUMBER_OF_A_DAY}
        )
    dossier.official_number = codes.official_number(unit, today, order)
    dossier.received_at = now
    dossier.handler = by
    return {
        "official_number": dossier.official_number,
        "book_order": _next_of_year("so-theo-doi", now),
    }


def _take_in_hand(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    dossier.handler = by
    return {}


def _take_in_hand_unless_started(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    if not dossier.events.filter(action=Action.START).exists():
        dossier.handler = by
    return {}


def _number_supplement_request(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    return {"form_number": _next_of_year("phieu-bo-sung", now)}


def _number_refusal(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    return {"form_number": _next_of_year("phieu-tu-choi", now)}


def _request_payment(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    amount, name = int(facts.get("amount") or 0), str(facts.get("fee_name") or "").strip()
    if amount < 0 or (amount and not name):
        raise NotAllowed(_("Khoản nộp thêm cần có tên và số tiền lớn hơn 0."))
    if amount:
        line = {
            "key": f"bo-sung-{len(dossier.fees) + 1}",
            "kind": "phi",
            "name": name,
            "amount": amount,
        }
        dossier.fees = [*dossier.fees, {**line, "note": ""}]
        dossier.fee_total += amount
    if not dossier.owed:
        raise NotAllowed(_("Hồ sơ không còn khoản nào phải nộp. Hãy ghi số tiền cần nộp thêm."))
    return {}


def _payment(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    dossier.fee_paid += int(facts["amount"])
    return {}


def _approve(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    proposal = dossier.events.filter(action=Action.PROPOSE).order_by("-pk").first()
    number = _next_of_year("ket-qua", now)
    return {
        "result_number": number,
        "result_text": proposal.data.get("result_text", "") if proposal else "",
    }


def _return(dossier: Dossier, by, now: datetime, facts: dict) -> dict:
    if dossier.owed:
        owed = formats.money(dossier.owed)
        raise NotAllowed(
            _("Hồ sơ còn %(owed)s chưa nộp; thu đủ rồi mới trả kết quả.") % {"owed": owed}
        )
    return {}


EFFECTS: dict[Action, Callable[[Dossier, Any, datetime, dict], dict]] = {
    Action.SUBMIT: _submit,
    Action.RECEIVE: _receive,
    Action.REFUSE: _number_refusal,
    Action.REQUEST_INTAKE_SUPPLEMENT: _number_supplement_request,
    Action.START: _take_in_hand,
    Action.REQUEST_SUPPLEMENT: _number_supplement_request,
    Action.DECLINE_WITHDRAWAL: _take_in_hand_unless_started,
    Action.REQUEST_PAYMENT: _request_payment,
    Action.CONFIRM_PAYMENT: _payment,
    Action.RECORD_PAYMENT: _payment,
    Action.APPROVE: _approve,
    Action.REJECT: _number_refusal,
    Action.RETURN: _return,
}
