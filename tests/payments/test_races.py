"""Two at once, on two real connections: one outcome, and every đồng in the books."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from dossiers import workflow
from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import Role, State
from payments import ledger
from payments.gateways.base import Outcome
from payments.models import GatewayMessage, LedgerEntry, Payment
from payments.states import PaymentState
from tests.payments.factories import (
    FEE,
    PaymentFactory,
    call,
    message,
    open_payment,
    paid_dossier,
    signed_message,
)
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30
TIMES = range(3)


def at_once(*deeds: Callable) -> list:
    """Do all deeds at the same moment, each on a connection of its own.

    Return what each gave, or raised.
    """
    start = threading.Barrier(len(deeds), timeout=PATIENCE)
    outcomes: list = [None] * len(deeds)

    def do(place: int, deed: Callable) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            outcomes[place] = deed()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def total(kind: str) -> int:
    return sum(LedgerEntry.objects.filter(kind=kind).values_list("amount", flat=True))


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_identical_calls_makes_one_entry_and_keeps_both(_time):
    payment = PaymentFactory()
    raw = signed_message(payment)
    answers = at_once(*[lambda: call(raw)] * 2)
    assert sorted(answers) == [Outcome.ALREADY_RECORDED, Outcome.RECORDED]
    assert LedgerEntry.objects.count() == 1
    assert Dossier.objects.get().fee_paid == FEE
    assert Dossier.objects.get().events.filter(action=Action.RECORD_PAYMENT).count() == 1
    assert sorted(GatewayMessage.objects.values_list("outcome", flat=True)) == [
        "already",
        "recorded",
    ]


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_clicks_opens_one_payment(_time):
    dossier = paid_dossier()

    def click():
        return Client().post(f"/thanh-toan/{dossier.tracking_code}/")

    first, second = at_once(click, click)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_clicks_after_expiry_opens_one_new_payment(_time):
    old = PaymentFactory()
    opened = at_once(*[lambda: open_payment(old.dossier, now=old.expires_at)] * 2)
    assert opened[0] == opened[1] != old
    assert Payment.objects.open().count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_payment_and_withdrawal_loses_no_money(_time):
    payment = PaymentFactory()

    def withdraw():
        return workflow.perform(payment.dossier, Action.WITHDRAW, role=Role.CITIZEN)

    answer, withdrawn = at_once(lambda: call(signed_message(payment)), withdraw)
    assert answer == Outcome.RECORDED
    assert withdrawn.state == State.WITHDRAWN
    payment.refresh_from_db()
    payment.dossier.refresh_from_db()
    assert payment.state == PaymentState.SETTLED
    # Either the dossier took the money before it ended, or the money is due to go back; never both,
    # never neither.
    assert total("charge") == FEE
    assert payment.dossier.fee_paid + total("refund_due") == FEE
    assert payment.needs_refund == (payment.dossier.fee_paid == 0)


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_success_and_expiry_ends_settled(_time):
    payment = PaymentFactory()
    late = payment.expires_at + ledger.GRACE + timedelta(seconds=1)
    answer, _expired = at_once(
        lambda: call(signed_message(payment)), lambda: ledger.expire_stale(now=late)
    )
    payment.refresh_from_db()
    assert answer == Outcome.RECORDED
    assert payment.state == PaymentState.SETTLED
    assert Dossier.objects.get().fee_paid == FEE


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_success_and_failure_ends_settled(_time):
    payment = PaymentFactory()
    at_once(lambda: ledger.settle(message(payment)), lambda: ledger.settle(message(payment, "24")))
    payment.refresh_from_db()
    assert (payment.state, total("charge"), Dossier.objects.get().fee_paid) == (
        PaymentState.SETTLED,
        FEE,
        FEE,
    )


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_two_paid_tabs_takes_one_fee_and_owes_one_back(_time):
    first = PaymentFactory()
    second = open_payment(first.dossier, now=first.expires_at)
    answers = at_once(lambda: call(signed_message(first)), lambda: call(signed_message(second)))
    assert answers == [Outcome.RECORDED, Outcome.RECORDED]
    assert (total("charge"), total("refund_due"), Dossier.objects.get().fee_paid) == (
        2 * FEE,
        FEE,
        FEE,
    )
    assert Payment.objects.filter(needs_refund=True).count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_cash_and_online_success_posts_all_that_came_in(_time):
    payment, officer = PaymentFactory(), UserFactory(role=Role.DESK)
    answer, cash = at_once(
        lambda: call(signed_message(payment)),
        lambda: ledger.record_cash(payment.dossier, by=officer),
    )
    assert answer == Outcome.RECORDED
    assert Dossier.objects.get().fee_paid == FEE
    if isinstance(cash, ledger.NotPayable):  # the officer was told before the note changed hands
        assert (total("charge"), total("refund_due")) == (FEE, 0)
    else:
        assert (total("charge"), total("refund_due")) == (2 * FEE, FEE)


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_two_officers_records_cash_once(_time):
    dossier = paid_dossier(State.RECEIVED)
    officers = [UserFactory(role=Role.DESK), UserFactory(role=Role.DESK)]
    outcomes = at_once(*[lambda by=by: ledger.record_cash(dossier, by=by) for by in officers])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotPayable", "Payment"]
    assert total("charge") == FEE


@pytest.mark.parametrize("_time", TIMES)
def test_race_of_success_and_new_payment_loses_nothing(_time):
    first = PaymentFactory()
    answer, opened = at_once(
        lambda: call(signed_message(first)),
        lambda: open_payment(first.dossier, now=first.expires_at),
    )
    assert answer == Outcome.RECORDED
    assert isinstance(opened, (Payment, ledger.NotPayable))
    assert Dossier.objects.get().fee_paid == FEE
