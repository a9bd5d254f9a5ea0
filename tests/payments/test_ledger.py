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
    books,
    fresh,
    message,
    open_payment,
    paid_dossier,
)
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db

CHARGE, REFUND_DUE = LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.REFUND_DUE
ENDED = sorted(FINAL - {State.DELIVERED})


# --- Opening ---


def test_a_payment_is_opened_for_what_is_owed_until_the_gateway_gives_up():
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


def test_opening_moves_no_money_and_leaves_no_trace_on_the_dossier():
    dossier = paid_dossier()
    events = dossier.events.count()
    open_payment(dossier)
    assert not LedgerEntry.objects.exists()
    assert (fresh(dossier).fee_paid, dossier.events.count()) == (0, events)


def test_a_second_click_gets_the_same_payment():
    dossier = paid_dossier()
    assert open_payment(dossier) == open_payment(dossier)


@pytest.mark.parametrize("minutes", [14, 16, 600])
def test_with_too_little_time_left_a_new_payment_takes_its_place(minutes):
    first = PaymentFactory()
    second = open_payment(first.dossier, now=first.created_at + timedelta(minutes=minutes))
    assert second.reference != first.reference
    assert (fresh(first).state, second.state) == (PaymentState.EXPIRED, PaymentState.OPEN)


def test_when_more_is_owed_by_now_a_new_payment_takes_its_place():
    dossier = paid_dossier(State.IN_PROGRESS)
    first = open_payment(dossier)
    act(dossier, Action.REQUEST_PAYMENT, Role.CASE)
    second = open_payment(dossier)
    assert (fresh(first).state, second.amount) == (PaymentState.EXPIRED, FEE + 50_000)


def test_a_failed_attempt_is_followed_by_a_new_one():
    first = PaymentFactory()
    ledger.settle(message(first, "24"))
    assert open_payment(first.dossier).reference != first.reference


@pytest.mark.parametrize("state", [State.DRAFT, *ENDED])
def test_nothing_is_opened_before_sending_and_after_the_end(state):
    with pytest.raises(ledger.NotPayable, match=r"\.$"):
        open_payment(paid_dossier(state))
    assert not Payment.objects.exists()


def test_nothing_is_opened_where_nothing_is_owed():
    with pytest.raises(ledger.NotPayable, match="không còn khoản nào"):
        open_payment(DossierFactory())


def test_nothing_is_opened_at_level_3():
    dossier = DossierFactory(service=ServiceFactory(paid=True, level=3))
    with pytest.raises(ledger.NotPayable, match="Bộ phận Một cửa"):
        open_payment(dossier)


def test_nothing_is_opened_once_all_is_paid():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    with pytest.raises(ledger.NotPayable, match="không còn khoản nào"):
        open_payment(payment.dossier)


def test_nothing_is_opened_while_the_bank_looks_into_a_payment():
    payment = PaymentFactory()
    ledger.settle(message(payment, "07", "07"))
    with pytest.raises(ledger.NotPayable, match="đừng nộp lần nữa"):
        open_payment(payment.dossier)


def test_the_database_itself_keeps_a_dossier_from_two_open_payments():
    payment = PaymentFactory()
    with pytest.raises(IntegrityError, match="one_open_payment_per_dossier"), transaction.atomic():
        Payment.objects.create(
            dossier=payment.dossier,
            amount=FEE,
            provider="mock",
            expires_at=timezone.now() + timedelta(minutes=15),
        )


# --- Success ---


def test_a_success_settles_books_and_tells_the_dossier():
    payment = PaymentFactory()
    assert ledger.settle(message(payment)) == Outcome.RECORDED

    payment, dossier = fresh(payment), fresh(payment.dossier)
    assert payment.state == PaymentState.SETTLED
    assert payment.settled_at is not None
    assert (payment.gateway_reference, payment.bank_code, payment.result_code) == (
        "14226112",
        "NCB",
        "00",
    )
    assert books(payment) == {CHARGE: FEE}
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


def test_a_success_makes_one_receipt():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    ledger.settle(message(payment))
    assert payment.dossier.documents.filter(kind=Document.Kind.FEE_RECEIPT).count() == 1


def test_a_dossier_that_waits_for_its_fee_goes_on():
    dossier = paid_dossier(State.AWAITING_PAYMENT)
    ledger.settle(message(PaymentFactory(dossier=dossier)))
    assert fresh(dossier).state == State.IN_PROGRESS
    assert dossier.events.last().action == Action.CONFIRM_PAYMENT


def test_the_same_success_again_is_answered_02_and_changes_nothing():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    events = payment.dossier.events.count()
    assert ledger.settle(message(payment)) == Outcome.ALREADY_RECORDED
    assert books(payment) == {CHARGE: FEE}
    assert payment.dossier.events.count() == events


def test_an_unknown_payment_is_answered_01():
    payment = PaymentFactory()
    assert ledger.settle(message(payment, vnp_TxnRef="HS0")) == Outcome.NOT_FOUND


def test_settle_finds_no_payment_that_is_another_providers():
    payment = PaymentFactory()
    foreign = replace(message(payment), provider="vnpay")
    assert ledger.settle(foreign) == Outcome.NOT_FOUND
    assert fresh(payment).state == PaymentState.OPEN


@pytest.mark.parametrize(
    "amount", ["9999900", "10000100", "10000050", "0", "abc", "1000000000000000000"]
)
def test_another_amount_is_answered_04_and_changes_nothing(amount):
    payment = PaymentFactory()
    assert ledger.settle(message(payment, vnp_Amount=amount)) == Outcome.WRONG_AMOUNT
    assert fresh(payment).state == PaymentState.OPEN
    assert books(payment) == {}


# --- Failure, doubt, late words ---


def test_a_failure_is_written_down_and_costs_nothing():
    payment = PaymentFactory()
    assert ledger.settle(message(payment, "51")) == Outcome.RECORDED
    assert (fresh(payment).state, fresh(payment).result_code) == (PaymentState.FAILED, "51")
    assert books(payment) == {}
    assert fresh(payment.dossier).fee_paid == 0


def test_a_late_failure_cannot_undo_a_success():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    assert ledger.settle(message(payment, "24")) == Outcome.ALREADY_RECORDED
    assert (fresh(payment).state, fresh(payment).result_code) == (PaymentState.SETTLED, "00")


@pytest.mark.parametrize("before", ["24", "07"])
def test_a_success_after_a_failure_or_a_doubt_is_believed(before):
    payment = PaymentFactory()
    ledger.settle(message(payment, before))
    assert ledger.settle(message(payment)) == Outcome.RECORDED
    assert (fresh(payment).state, books(payment)) == (PaymentState.SETTLED, {CHARGE: FEE})


def test_a_success_after_the_time_ran_out_is_believed():
    payment = PaymentFactory()
    ledger.expire_stale(now=payment.expires_at + ledger.GRACE + timedelta(seconds=1))
    assert ledger.settle(message(payment)) == Outcome.RECORDED
    assert fresh(payment.dossier).owed == 0


def test_money_under_suspicion_is_neither_paid_nor_failed():
    payment = PaymentFactory()
    assert ledger.settle(message(payment, "07", "07")) == Outcome.RECORDED
    assert fresh(payment).state == PaymentState.HELD
    assert (books(payment), fresh(payment.dossier).fee_paid) == ({}, 0)


# --- Money that has to go back ---


def test_a_fee_paid_twice_is_booked_twice_and_the_second_goes_back():
    first = PaymentFactory()
    second = open_payment(first.dossier, now=first.expires_at)
    assert ledger.settle(message(second)) == Outcome.RECORDED
    assert ledger.settle(message(first)) == Outcome.RECORDED

    first = fresh(first)
    assert books(first) == {CHARGE: FEE, REFUND_DUE: FEE}
    assert (first.needs_refund, first.refund_reason) == (True, RefundReason.PAID_TWICE)
    assert not fresh(second).needs_refund
    assert fresh(first.dossier).fee_paid == FEE


@pytest.mark.parametrize("action", [Action.WITHDRAW, Action.REFUSE])
def test_money_for_a_dossier_that_ended_meanwhile_is_booked_and_goes_back(action):
    payment = PaymentFactory()
    act(payment.dossier, action, Role.CITIZEN if action == Action.WITHDRAW else Role.DESK)
    assert ledger.settle(message(payment)) == Outcome.RECORDED

    payment = fresh(payment)
    assert books(payment) == {CHARGE: FEE, REFUND_DUE: FEE}
    assert (payment.needs_refund, payment.refund_reason) == (True, RefundReason.NOT_TAKEN)
    assert fresh(payment.dossier).fee_paid == 0


def test_of_money_beyond_what_is_owed_only_the_surplus_goes_back():
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

    larger = fresh(larger)
    assert books(larger) == {CHARGE: FEE + 50_000, REFUND_DUE: FEE}
    assert larger.refund_reason == RefundReason.SURPLUS
    assert fresh(dossier).fee_paid == FEE + 50_000


def test_a_part_of_the_fee_does_not_send_a_waiting_dossier_on():
    dossier = paid_dossier(State.IN_PROGRESS)
    early = open_payment(dossier)
    act(dossier, Action.REQUEST_PAYMENT, Role.CASE)
    assert ledger.settle(message(early)) == Outcome.RECORDED

    assert fresh(early).state == PaymentState.SETTLED
    assert fresh(dossier).state == State.AWAITING_PAYMENT
    assert fresh(dossier).owed > 0
    assert books(early)[CHARGE] == FEE
    assert fresh(dossier).fee_paid + books(early).get(REFUND_DUE, 0) == FEE
