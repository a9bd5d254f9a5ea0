"""Money: what is opened, what is booked, what is given to the dossier, what has to go back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dossiers import facts
from dossiers.models import Document
from dossiers.moves import Action
from dossiers.states import FINAL, Role, State
from payments import ledger
from payments.gateways.base import Outcome
from payments.models import LedgerEntry, Payment, RefundReason
from payments.states import PaymentState
from tests.dossiers.factories import DossierFactory, act
from tests.payments.factories import (
    FEE,
    PaymentFactory,
    entries_of,
    message,
    open_payment,
    paid_dossier,
    reloaded,
)
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db

CHARGE, REFUND_DUE = LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.REFUND_DUE
ENDED = sorted(FINAL - {State.DELIVERED})


# --- Opening ---


def test_open_payment_asks_for_what_is_owed_for_a_limited_time():
    dossier, now = paid_dossier(), timezone.now()
    payment = open_payment(dossier, now=now)
    assert (payment.amount, payment.state, payment.method) == (
        FEE,
        PaymentState.OPEN,
        Payment.Method.GATEWAY,
    )
    assert payment.expires_at == now + timedelta(minutes=15)
    assert payment.reference.isascii()
    assert payment.reference.isalnum()
    assert dossier.tracking_code.replace("-", "") not in payment.reference


def test_open_payment_posts_nothing_and_leaves_the_dossier_alone():
    dossier = paid_dossier()
    events = dossier.events.count()
    open_payment(dossier)
    assert not LedgerEntry.objects.exists()
    assert (reloaded(dossier).fee_paid, dossier.events.count()) == (0, events)


def test_open_payment_twice_gives_the_same_payment():
    dossier = paid_dossier()
    assert open_payment(dossier) == open_payment(dossier)


@pytest.mark.parametrize("minutes", [14, 16, 600])
def test_open_payment_replaces_one_with_too_little_time_left(minutes):
    first = PaymentFactory()
    second = open_payment(first.dossier, now=first.created_at + timedelta(minutes=minutes))
    assert second.reference != first.reference
    assert (reloaded(first).state, second.state) == (PaymentState.EXPIRED, PaymentState.OPEN)


def test_open_payment_replaces_one_when_more_is_owed_by_now():
    dossier = paid_dossier(State.IN_PROGRESS)
    first = open_payment(dossier)
    act(dossier, Action.REQUEST_PAYMENT, Role.CASE)
    second = open_payment(dossier)
    assert (reloaded(first).state, second.amount) == (PaymentState.EXPIRED, FEE + 50_000)


def test_open_payment_after_a_failure_opens_a_new_one():
    first = PaymentFactory()
    ledger.settle(message(first, "24"))
    assert open_payment(first.dossier).reference != first.reference


@pytest.mark.parametrize("state", [State.DRAFT, *ENDED])
def test_open_payment_refuses_drafts_and_ended_dossiers(state):
    with pytest.raises(ledger.NotPayable, match=r"\.$"):
        open_payment(paid_dossier(state))
    assert not Payment.objects.exists()


def test_open_payment_refuses_where_nothing_is_owed():
    with pytest.raises(ledger.NotPayable, match="không còn khoản nào"):
        open_payment(DossierFactory())


def test_open_payment_refuses_at_level_3():
    dossier = DossierFactory(service=ServiceFactory(paid=True, level=3))
    with pytest.raises(ledger.NotPayable, match="Bộ phận Một cửa"):
        open_payment(dossier)


def test_open_payment_refuses_once_all_is_paid():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    with pytest.raises(ledger.NotPayable, match="không còn khoản nào"):
        open_payment(payment.dossier)


def test_open_payment_refuses_while_a_payment_is_held():
    payment = PaymentFactory()
    ledger.settle(message(payment, "07", "07"))
    with pytest.raises(ledger.NotPayable, match="đừng nộp lần nữa"):
        open_payment(payment.dossier)


def test_database_refuses_two_open_payments_of_a_dossier():
    payment = PaymentFactory()
    with pytest.raises(IntegrityError, match="one_open_payment_per_dossier"), transaction.atomic():
        Payment.objects.create(
            dossier=payment.dossier,
            amount=FEE,
            provider="mock",
            expires_at=timezone.now() + timedelta(minutes=15),
        )


# --- Success ---


def test_settle_posts_a_success_and_records_it_on_the_dossier():
    payment = PaymentFactory()
    assert ledger.settle(message(payment)) == Outcome.RECORDED

    payment, dossier = reloaded(payment), reloaded(payment.dossier)
    assert payment.state == PaymentState.SETTLED
    assert payment.settled_at is not None
    assert (payment.gateway_reference, payment.bank_code, payment.result_code) == (
        "14226112",
        "NCB",
        "00",
    )
    assert entries_of(payment) == {CHARGE: FEE}
    assert not payment.needs_refund
    assert (dossier.fee_paid, dossier.owed, dossier.state) == (FEE, 0, State.SUBMITTED)
    event = dossier.events.last()
    assert (event.action, event.role, event.actor) == (Action.RECORD_PAYMENT, Role.SYSTEM, None)
    assert event.facts.amount == FEE
    assert event.facts.reference == payment.reference
    assert event.facts.bank_code == "NCB"
    assert event.facts.gateway_reference == "14226112"
    assert event.facts.method == "gateway"
    assert event.facts.paid_at.isoformat().startswith("2026-01-05T02:05:12")


def test_settle_makes_one_receipt():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    ledger.settle(message(payment))
    assert payment.dossier.documents.filter(kind=Document.Kind.FEE_RECEIPT).count() == 1


def test_settle_sends_a_waiting_dossier_on():
    dossier = paid_dossier(State.AWAITING_PAYMENT)
    ledger.settle(message(PaymentFactory(dossier=dossier)))
    assert reloaded(dossier).state == State.IN_PROGRESS
    assert dossier.events.last().action == Action.CONFIRM_PAYMENT


def test_settle_of_a_repeat_changes_nothing():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    events = payment.dossier.events.count()
    assert ledger.settle(message(payment)) == Outcome.ALREADY_RECORDED
    assert entries_of(payment) == {CHARGE: FEE}
    assert payment.dossier.events.count() == events


def test_settle_finds_no_unknown_payment():
    payment = PaymentFactory()
    assert ledger.settle(message(payment, vnp_TxnRef="HS0")) == Outcome.NOT_FOUND


def test_settle_finds_no_payment_that_is_another_providers():
    payment = PaymentFactory()
    foreign = replace(message(payment), provider="vnpay")
    assert ledger.settle(foreign) == Outcome.NOT_FOUND
    assert reloaded(payment).state == PaymentState.OPEN


@pytest.mark.parametrize(
    "amount", ["9999900", "10000100", "10000050", "0", "abc", "1000000000000000000"]
)
def test_settle_of_another_amount_changes_nothing(amount):
    payment = PaymentFactory()
    assert ledger.settle(message(payment, vnp_Amount=amount)) == Outcome.WRONG_AMOUNT
    assert reloaded(payment).state == PaymentState.OPEN
    assert entries_of(payment) == {}


# --- Failure, doubt, late words ---


def test_settle_records_a_failure_and_posts_nothing():
    payment = PaymentFactory()
    assert ledger.settle(message(payment, "51")) == Outcome.RECORDED
    assert (reloaded(payment).state, reloaded(payment).result_code) == (PaymentState.FAILED, "51")
    assert entries_of(payment) == {}
    assert reloaded(payment.dossier).fee_paid == 0


def test_settle_of_a_late_failure_undoes_no_success():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    assert ledger.settle(message(payment, "24")) == Outcome.ALREADY_RECORDED
    assert (reloaded(payment).state, reloaded(payment).result_code) == (PaymentState.SETTLED, "00")


@pytest.mark.parametrize("before", ["24", "07"])
def test_settle_believes_a_success_after_a_failure_or_a_doubt(before):
    payment = PaymentFactory()
    ledger.settle(message(payment, before))
    assert ledger.settle(message(payment)) == Outcome.RECORDED
    assert (reloaded(payment).state, entries_of(payment)) == (PaymentState.SETTLED, {CHARGE: FEE})


def test_settle_believes_a_success_after_expiry():
    payment = PaymentFactory()
    ledger.expire_stale(now=payment.expires_at + ledger.GRACE + timedelta(seconds=1))
    assert ledger.settle(message(payment)) == Outcome.RECORDED
    assert reloaded(payment.dossier).owed == 0


def test_settle_holds_money_under_suspicion():
    payment = PaymentFactory()
    assert ledger.settle(message(payment, "07", "07")) == Outcome.RECORDED
    assert reloaded(payment).state == PaymentState.HELD
    assert (entries_of(payment), reloaded(payment.dossier).fee_paid) == ({}, 0)


# --- Money that has to go back ---


def test_settle_of_a_second_payment_makes_it_due_to_go_back():
    first = PaymentFactory()
    second = open_payment(first.dossier, now=first.expires_at)
    assert ledger.settle(message(second)) == Outcome.RECORDED
    assert ledger.settle(message(first)) == Outcome.RECORDED

    first = reloaded(first)
    assert entries_of(first) == {CHARGE: FEE, REFUND_DUE: FEE}
    assert (first.needs_refund, first.refund_reason) == (True, RefundReason.PAID_TWICE)
    assert not reloaded(second).needs_refund
    assert reloaded(first.dossier).fee_paid == FEE


@pytest.mark.parametrize("action", [Action.WITHDRAW, Action.REFUSE])
def test_settle_for_an_ended_dossier_makes_it_due_to_go_back(action):
    payment = PaymentFactory()
    act(payment.dossier, action, Role.CITIZEN if action == Action.WITHDRAW else Role.DESK)
    assert ledger.settle(message(payment)) == Outcome.RECORDED

    payment = reloaded(payment)
    assert entries_of(payment) == {CHARGE: FEE, REFUND_DUE: FEE}
    assert (payment.needs_refund, payment.refund_reason) == (True, RefundReason.NOT_TAKEN)
    assert reloaded(payment.dossier).fee_paid == 0


def test_settle_of_too_much_makes_the_surplus_due_to_go_back():
    dossier = paid_dossier(State.IN_PROGRESS)
    smaller = open_payment(dossier)
    act(dossier, Action.REQUEST_PAYMENT, Role.CASE)
    larger = open_payment(dossier)
    Payment.objects.filter(pk=larger.pk).update(state=PaymentState.EXPIRED)
    act(
        dossier,
        Action.CONFIRM_PAYMENT,
        Role.SYSTEM,
        given=facts.Money(smaller.amount, "HS9", "gateway"),
    )
    assert ledger.settle(message(larger)) == Outcome.RECORDED

    larger = reloaded(larger)
    assert entries_of(larger) == {CHARGE: FEE + 50_000, REFUND_DUE: FEE}
    assert larger.refund_reason == RefundReason.SURPLUS
    assert reloaded(dossier).fee_paid == FEE + 50_000


def test_settle_of_a_part_leaves_a_waiting_dossier_waiting():
    dossier = paid_dossier(State.IN_PROGRESS)
    early = open_payment(dossier)
    act(dossier, Action.REQUEST_PAYMENT, Role.CASE)
    assert ledger.settle(message(early)) == Outcome.RECORDED

    assert reloaded(early).state == PaymentState.SETTLED
    assert reloaded(dossier).state == State.AWAITING_PAYMENT
    assert reloaded(dossier).owed > 0
    assert entries_of(early)[CHARGE] == FEE
    assert reloaded(dossier).fee_paid + entries_of(early).get(REFUND_DUE, 0) == FEE
