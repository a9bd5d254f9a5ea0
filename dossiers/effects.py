"""What each move does to the dossier besides its state and clock, and the facts that it keeps.

Every action has one effect, registered beside its code with `@effect`; `dossiers.checks` refuses a
missing one. An effect runs under the lock of the row, changes the dossier without saving it, and
returns the facts of the event. It raises NotAllowed, with a sentence, when the move cannot be made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers import codes, facts, snapshot
from dossiers.models import Counter, Dossier
from dossiers.moves import Action, NotAllowed
from services import formats


@dataclass(frozen=True)
class Performing:
    """A move that is being made: on a locked dossier, by whom, when, with what was given to it."""

    dossier: Dossier
    actor: AbstractUser | None
    now: datetime
    given: facts.Given | None


Effect = Callable[[Performing], facts.Facts]
G = TypeVar("G", bound=facts.Given)

EFFECTS: dict[Action, Effect] = {}


def effect(*actions: Action) -> Callable[[Effect], Effect]:
    """Register the decorated function as the effect of `actions`."""

    def register(function: Effect) -> Effect:
        for action in actions:
            EFFECTS[action] = function
        return function

    return register


def given_as(performing: Performing, kind: type[G]) -> G:
    """Return what was given to the move; TypeError when the caller gave something else."""
    if not isinstance(performing.given, kind):
        raise TypeError(f"this move takes {kind.__name__}, not {performing.given!r}")
    return performing.given


# --- Sending and intake ---


@effect(Action.SUBMIT)
def submit(performing: Performing) -> facts.Submitted:
    dossier, actor = performing.dossier, performing.actor
    submission = given_as(performing, facts.Submission)
    dossier.submitted_at = performing.now
    sent_online = dossier.channel == Dossier.Channel.ONLINE
    if actor is not None and dossier.owner_id is None and sent_online:
        dossier.owner_id = actor.pk
    return facts.Submitted(
        head=snapshot.paper_head(dossier, actor),
        form_version=dossier.form_version,
        papers=submission.papers,
        fees=snapshot.fees(dossier),
    )


@effect(Action.RECEIVE)
def receive(performing: Performing) -> facts.Received:
    """Give the official number (Circular 01/2018/TT-VPCP art. 19) and the order in the book."""
    dossier, now = performing.dossier, performing.now
    today = timezone.localdate(now)
    unit = settings.AUTHORITY["unit_code"]

    order = take_number(unit, f"{today:%Y-%m-%d}")
    if order > codes.MAX_NUMBER_OF_A_DAY:
        sentence = _("Hôm nay đã cấp hết %(most)d số hồ sơ.")
        raise NotAllowed(sentence % {"most": codes.MAX_NUMBER_OF_A_DAY})

    dossier.official_number = codes.official_number(unit, today, order)
    dossier.received_at = now
    take_in_hand(performing)
    return facts.Received(
        head=snapshot.paper_head(dossier, performing.actor),
        book_order=next_of_year("so-theo-doi", now),
        sets=dossier.service.sets,
        time_limit=dossier.time_limit_text,
        filer=snapshot.filer(dossier),
        papers=snapshot.papers_received(dossier),
        fees=snapshot.fees(dossier),
    )


@effect(Action.REFUSE, Action.REJECT)
def refuse(performing: Performing) -> facts.Refused:
    return facts.Refused(
        head=snapshot.paper_head(performing.dossier, performing.actor),
        form_number=next_of_year("phieu-tu-choi", performing.now),
        symbol=settings.AUTHORITY["form_symbols"]["refusal"],
        signature=snapshot.signature(performing.actor),
    )


@effect(Action.REQUEST_INTAKE_SUPPLEMENT, Action.REQUEST_SUPPLEMENT)
def request_supplement(performing: Performing) -> facts.SupplementRequested:
    return facts.SupplementRequested(
        head=snapshot.paper_head(performing.dossier, performing.actor),
        form_number=next_of_year("phieu-bo-sung", performing.now),
        symbol=settings.AUTHORITY["form_symbols"]["supplement_request"],
    )


# --- Processing ---


@effect(Action.START)
def start(performing: Performing) -> facts.Facts:
    take_in_hand(performing)
    return facts.Facts()


@effect(Action.DECLINE_WITHDRAWAL)
def decline_withdrawal(performing: Performing) -> facts.Facts:
    """Whoever keeps a dossier that nobody had started takes it in hand."""
    if not performing.dossier.events.filter(action=Action.START).exists():
        take_in_hand(performing)
    return facts.Facts()


@effect(Action.PROPOSE)
def propose(performing: Performing) -> facts.Proposed:
    proposal = given_as(performing, facts.Proposal)
    return facts.Proposed(result_text=proposal.result_text)


@effect(Action.APPROVE)
def approve(performing: Performing) -> facts.Approved:
    """Number the result and copy the text that was proposed last."""
    dossier = performing.dossier
    last = dossier.last_event(Action.PROPOSE)
    proposed = last.facts if last else None
    result_text = proposed.result_text if isinstance(proposed, facts.Proposed) else ""
    title = snapshot.result_title(dossier.service.result)
    number = next_of_year("ket-qua", performing.now)
    return facts.Approved(
        head=snapshot.paper_head(dossier, performing.actor),
        title=title,
        number=snapshot.result_number(title, number),
        result_text=result_text,
        legal_basis=tuple(line.rstrip(" .;,") for line in dossier.service.legal_basis),
        sections=snapshot.answered_sections(dossier),
        signature=snapshot.signature(performing.actor),
    )


@effect(Action.DELIVER)
def deliver(performing: Performing) -> facts.Facts:
    if performing.dossier.owed:
        sentence = _("Hồ sơ còn %(owed)s chưa nộp; thu đủ rồi mới trả kết quả.")
        raise NotAllowed(sentence % {"owed": formats.money(performing.dossier.owed)})
    return facts.Facts()


# --- Money ---


@effect(Action.REQUEST_PAYMENT)
def request_payment(performing: Performing) -> facts.PaymentRequested:
    dossier = performing.dossier
    fee = given_as(performing, facts.NewFee)
    if fee.amount < 0 or (fee.amount and not fee.name.strip()):
        raise NotAllowed(_("Khoản nộp thêm cần có tên và số tiền lớn hơn 0."))

    if fee.amount:
        line = {
            "key": f"bo-sung-{len(dossier.fees) + 1}",
            "kind": "phi",
            "name": fee.name.strip(),
            "amount": fee.amount,
            "note": "",
        }
        dossier.fees = [*dossier.fees, line]
        dossier.fee_total += fee.amount

    if not dossier.owed:
        sentence = _("Hồ sơ không còn khoản nào phải nộp. Hãy ghi số tiền cần nộp thêm.")
        raise NotAllowed(sentence)
    return facts.PaymentRequested(fee_name=fee.name.strip(), amount=fee.amount, owed=dossier.owed)


@effect(Action.CONFIRM_PAYMENT, Action.RECORD_PAYMENT)
def record_payment(performing: Performing) -> facts.PaymentReceived:
    dossier = performing.dossier
    money = given_as(performing, facts.Money)
    covered = snapshot.lines_covered(dossier, money.amount)
    dossier.fee_paid += money.amount
    return facts.PaymentReceived(
        head=snapshot.paper_head(dossier, performing.actor),
        amount=money.amount,
        reference=money.reference,
        method=money.method,
        bank_code=money.bank_code,
        gateway_reference=money.gateway_reference,
        paid_at=money.paid_at or performing.now,
        is_play_money=money.is_play_money,
        lines=covered,
    )


# --- Moves that change nothing besides ---


@effect(
    Action.SUPPLEMENT_INTAKE,
    Action.SUPPLEMENT,
    Action.WITHDRAW,
    Action.SEND_BACK,
    Action.REQUEST_WITHDRAWAL,
    Action.ACCEPT_WITHDRAWAL,
)
def nothing_besides(performing: Performing) -> facts.Facts:
    return facts.Facts()


# --- Parts ---


def take_in_hand(performing: Performing) -> None:
    """Make the person who acts the handler of the dossier."""
    performing.dossier.handler_id = performing.actor.pk if performing.actor else None


def take_number(book: str, period: str) -> int:
    """Return the next number of `book` in `period`; its row stays locked until the commit."""
    counter, _created = Counter.objects.get_or_create(book=book, period=period)
    Counter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    return Counter.objects.values_list("last", flat=True).get(pk=counter.pk)


def next_of_year(book: str, now: datetime) -> int:
    """Return the next number of a book that starts again at 1 each year.

    Circular 01/2018/TT-VPCP art. 9.
    """
    return take_number(book, f"{timezone.localdate(now):%Y}")
