"""The one door for money: each verb opens the transaction, locks, looks again, checks and writes.

Locks are taken in one order: the payment, then its dossier, then counters (`workflow.perform`).
Money that came in is always written down; what a dossier cannot take is flagged for refund.
Messages of providers arrive through `inbox`.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers import facts, workflow
from dossiers.models import Dossier
from dossiers.moves import Action, NotAllowed
from dossiers.states import Role, State
from payments.gateways import get_gateway
from payments.gateways.base import Gateway, Message, Outcome, Verdict
from payments.models import LedgerEntry, Payment, RefundReason
from payments.states import MOVES, Move, PaymentState, may
from services.models import Level

# With less time left the payer would only just reach the provider's page: a new attempt is opened.
MIN_TIME_TO_PAY = timedelta(minutes=2)
# Providers repeat an unanswered call for the better part of an hour.
GRACE = timedelta(minutes=60)
MAX_PAYMENTS_OF_A_RUN = 500
MOVE_OF = {Verdict.PAID: Move.SETTLE, Verdict.FAILED: Move.FAIL, Verdict.UNCLEAR: Move.HOLD}


class NotPayable(Exception):
    """Nothing can be paid now; its text is a sentence for the person who tried."""


# --- Asking for money ---


def open_payment(dossier: Dossier, gateway: Gateway, *, now: datetime | None = None) -> Payment:
    """Return the dossier's one open payment of what it owes, opened if need be.

    Raises NotPayable with the reason.
    """
    now = now or timezone.now()
    try:
        return _open(dossier.pk, gateway, now)
    except IntegrityError:
        # Another tab opened one between our look and our insert; the second look finds it.
        return _open(dossier.pk, gateway, now)


@transaction.atomic
def _open(dossier_pk: int, gateway: Gateway, now: datetime) -> Payment:
    present = (
        Payment.objects.select_for_update(no_key=True).open().filter(dossier=dossier_pk).first()
    )
    # Read and not locked: a fee that changes a moment later finds this payment open, and `settle`
    # counts what is owed.
    dossier = Dossier.objects.get(pk=dossier_pk)
    reason = why_not_payable(dossier)
    if reason:
        raise NotPayable(reason)
    if present is not None:
        same_order = (present.amount, present.provider) == (dossier.owed, gateway.provider)
        if same_order and present.expires_at > now + MIN_TIME_TO_PAY:
            return present
        _move(present, Move.EXPIRE)
    limit = now + timedelta(minutes=settings.PAYMENT_MINUTES)
    return Payment.objects.create(
        dossier=dossier,
        amount=dossier.owed,
        provider=gateway.provider,
        created_at=now,
        expires_at=limit,
    )


def why_not_payable(dossier: Dossier) -> str:
    """Return the sentence that tells why this dossier cannot be paid for online now, or ""."""
    if dossier.state == State.DRAFT:
        return _("Hồ sơ chưa được gửi nên chưa thu phí.")
    if dossier.is_final:
        return _("Hồ sơ đã kết thúc nên không thu phí nữa.")
    if not dossier.owed:
        return _("Hồ sơ không còn khoản nào phải nộp.")
    if dossier.level != Level.FULL:
        return _("Phí của hồ sơ này nộp tại Bộ phận Một cửa, không nộp trực tuyến.")

    # Whoever has perhaps paid is not asked to pay again.
    unconfirmed = Payment.objects.unconfirmed().open()
    under_way = Q(state=PaymentState.HELD) | Q(pk__in=unconfirmed)
    if Payment.objects.filter(under_way, dossier=dossier).exists():
        return _(
            "Ngân hàng đang xử lý một khoản bạn vừa nộp cho hồ sơ này. "
            "Xin chờ kết quả, đừng nộp lần nữa."
        )
    return ""


# --- What the provider says ---


@transaction.atomic
def settle(message: Message) -> Outcome:
    """Write down what a verified message says of a payment. Idempotent: a repeat changes nothing.

    A success is posted and allocated to the dossier; a failure never undoes a success
    (`states.MOVES`).
    """
    if not message.is_ours:
        return Outcome.WRONG_TERMINAL
    payment = Payment.objects.select_for_update(no_key=True).about(message).first()
    if payment is None:
        return Outcome.NOT_FOUND
    if payment.amount != message.amount:
        return Outcome.WRONG_AMOUNT

    move = MOVE_OF[message.verdict]
    if not may(payment.state, move):
        return Outcome.ALREADY_RECORDED
    payment.note(message)
    if move == Move.SETTLE:
        payment.settled_at = timezone.now()
    _move(payment, move)
    if move == Move.SETTLE:
        allocated, reason = allocate(payment, message.paid_at)
        post_entries(payment, allocated, reason)
    return Outcome.RECORDED


def _move(payment: Payment, move: Move) -> None:
    """Move a locked payment along the table and save it."""
    if not may(payment.state, move):
        raise ValueError(f"{move} is not offered from {payment.state}")
    payment.state = MOVES[move].target
    payment.save()


def allocate(payment: Payment, paid_at: datetime | None) -> tuple[int, RefundReason]:
    """Allocate to the dossier as much as it owes.

    Return how much that was, and the reason why the rest, if any, has to go back.
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=payment.dossier_id)
    amount = min(payment.amount, dossier.owed)
    if not amount:
        return 0, RefundReason.PAID_TWICE
    try:
        record_on_dossier(payment, dossier, amount, paid_at=paid_at)
    except NotAllowed:
        return 0, RefundReason.NOT_TAKEN
    return amount, RefundReason.SURPLUS


def post_entries(payment: Payment, allocated: int, reason: RefundReason) -> None:
    """Write the ledger: all that came in, and what of it has to go back for `reason`."""
    LedgerEntry.objects.create(payment=payment, kind=LedgerEntry.Kind.CHARGE, amount=payment.amount)
    surplus = payment.amount - allocated
    if surplus:
        LedgerEntry.objects.create(
            payment=payment, kind=LedgerEntry.Kind.REFUND_DUE, amount=surplus
        )
        _flag_for_refund(payment, reason)


def _flag_for_refund(payment: Payment, reason: RefundReason) -> None:
    payment.needs_refund = True
    payment.refund_reason = reason
    payment.save(update_fields=["needs_refund", "refund_reason"])


def record_on_dossier(
    payment: Payment,
    dossier: Dossier,
    amount: int,
    *,
    paid_at: datetime | None = None,
    by: AbstractUser | None = None,
) -> None:
    """Record on the dossier that `amount` is paid. Raises NotAllowed, with nothing changed."""
    covers = amount >= dossier.owed
    waits = dossier.state == State.AWAITING_PAYMENT
    online = payment.method == Payment.Method.GATEWAY
    money = facts.Money(
        amount=amount,
        reference=payment.reference,
        method=payment.method,
        bank_code=payment.bank_code,
        gateway_reference=payment.gateway_reference,
        paid_at=paid_at or payment.settled_at,
        is_play_money=online and get_gateway(payment.provider).is_play_money,
    )
    action = Action.CONFIRM_PAYMENT if waits and covers else Action.RECORD_PAYMENT
    workflow.perform(dossier, action, role=Role.SYSTEM, by=by, given=money)


# --- Cash and the clock ---


@transaction.atomic
def record_cash(dossier: Dossier, *, by: AbstractUser, seen: int | None = None) -> Payment:
    """Post the whole owed amount as taken in cash by the officer `by`, whose role is not checked.

    `seen` is the amount that the officer's page showed. Raises NotPayable when nothing is owed or
    it is another amount by now, NotAllowed when the dossier takes no money; nothing changes then.
    """
    for present in Payment.objects.select_for_update(no_key=True).open().filter(dossier=dossier):
        _move(present, Move.EXPIRE)
    locked = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    if not locked.owed:
        raise NotPayable(_("Hồ sơ không còn khoản nào phải nộp."))
    if seen not in (None, locked.owed):
        raise NotPayable(_("Số tiền phải nộp vừa thay đổi. Hãy xem lại số tiền rồi thu."))
    now = timezone.now()
    payment = Payment.objects.create(
        dossier=locked,
        amount=locked.owed,
        method=Payment.Method.CASH,
        state=PaymentState.SETTLED,
        created_at=now,
        expires_at=now,
        settled_at=now,
    )
    record_on_dossier(payment, locked, payment.amount, by=by)
    post_entries(payment, payment.amount, RefundReason.SURPLUS)
    return payment


@transaction.atomic
def expire_stale(*, now: datetime | None = None) -> int:
    """Expire open payments whose time ran out more than GRACE ago; return how many."""
    limit = (now or timezone.now()) - GRACE
    # Those being settled at this moment are locked, and are left to whoever settles them.
    rows = Payment.objects.select_for_update(skip_locked=True, no_key=True)
    stale = rows.open().filter(expires_at__lt=limit).order_by("pk")[:MAX_PAYMENTS_OF_A_RUN]
    for payment in stale:
        _move(payment, Move.EXPIRE)
    return len(stale)


@transaction.atomic
def flag_ended() -> int:
    """Flag the payments of dossiers that were withdrawn or refused at intake; return how many.

    Nothing is posted as due: whether a fee goes back once work has begun is for people to decide.
    """
    rows = Payment.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    ended = rows.filter(
        state=PaymentState.SETTLED,
        needs_refund=False,
        dossier__state__in=(State.WITHDRAWN, State.INTAKE_REFUSED),
    ).order_by("pk")[:MAX_PAYMENTS_OF_A_RUN]
    for payment in ended:
        _flag_for_refund(payment, RefundReason.ENDED)
    return len(ended)
