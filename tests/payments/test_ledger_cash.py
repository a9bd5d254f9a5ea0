"""Cash at the counter, the clock, and books that nobody changes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from dossiers.moves import NotAllowed
from dossiers.states import FINAL, Role, State
from payments import ledger
from payments.models import LedgerEntry, Payment, RefundReason
from payments.states import PaymentState
from tests.dossiers.factories import DossierFactory
from tests.payments.factories import (
    FEE,
    LedgerEntryFactory,
    PaymentFactory,
    entries_of,
    message,
    paid_dossier,
    reloaded,
)
from tests.portal.factories import UserFactory
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db

CHARGE = LedgerEntry.Kind.CHARGE
ENDED = sorted(FINAL - {State.DELIVERED})

# --- Cash ---


def test_record_cash_posts_all_and_names_the_officer():
    officer, dossier = UserFactory(role=Role.DESK), paid_dossier(State.RECEIVED)
    payment = ledger.record_cash(dossier, by=officer, seen=FEE)
    assert (payment.state, payment.method) == (PaymentState.SETTLED, Payment.Method.CASH)
    assert entries_of(payment) == {CHARGE: FEE}
    assert reloaded(dossier).owed == 0
    event = dossier.events.last()
    assert (event.actor, event.facts.method) == (officer, "cash")


def test_record_cash_works_at_level_3_too():
    dossier = DossierFactory(service=ServiceFactory(paid=True, level=3))
    ledger.record_cash(dossier, by=UserFactory(role=Role.DESK))
    assert reloaded(dossier).owed == 0


def test_record_cash_sends_a_waiting_dossier_on():
    dossier = paid_dossier(State.AWAITING_PAYMENT)
    ledger.record_cash(dossier, by=UserFactory(role=Role.DESK))
    assert reloaded(dossier).state == State.IN_PROGRESS


def test_record_cash_expires_the_online_payment_whose_money_then_goes_back():
    online = PaymentFactory()
    ledger.record_cash(online.dossier, by=UserFactory(role=Role.DESK))
    assert reloaded(online).state == PaymentState.EXPIRED
    ledger.settle(message(online))
    assert reloaded(online).refund_reason == RefundReason.PAID_TWICE


def test_record_cash_twice_is_refused():
    officer, dossier = UserFactory(role=Role.DESK), paid_dossier()
    ledger.record_cash(dossier, by=officer)
    with pytest.raises(ledger.NotPayable):
        ledger.record_cash(dossier, by=officer)
    assert LedgerEntry.objects.count() == 1


def test_record_cash_refuses_another_amount_than_the_page_showed():
    with pytest.raises(ledger.NotPayable, match="vừa thay đổi"):
        ledger.record_cash(paid_dossier(), by=UserFactory(role=Role.DESK), seen=FEE - 1)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("state", [State.DRAFT, *ENDED])
def test_record_cash_refuses_drafts_and_ended_dossiers_without_a_trace(state):
    online_before = Payment.objects.count()
    with pytest.raises(NotAllowed):
        ledger.record_cash(paid_dossier(state), by=UserFactory(role=Role.DESK))
    assert (Payment.objects.count(), LedgerEntry.objects.count()) == (online_before, 0)


# --- The clock and the books ---


def test_expire_stale_waits_for_late_messages():
    payment = PaymentFactory()
    assert ledger.expire_stale(now=payment.expires_at + ledger.GRACE) == 0
    assert ledger.expire_stale(now=payment.expires_at + ledger.GRACE + timedelta(seconds=1)) == 1
    assert reloaded(payment).state == PaymentState.EXPIRED


def test_expire_stale_leaves_settled_payments_alone():
    payment = PaymentFactory()
    ledger.settle(message(payment))
    assert ledger.expire_stale(now=payment.expires_at + timedelta(days=1)) == 0


def test_entry_is_never_changed_or_deleted_from_python():
    entry = LedgerEntryFactory()
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.parametrize("change", [lambda rows: rows.update(amount=1), lambda rows: rows.delete()])
def test_entry_is_never_changed_or_deleted_in_the_database(change):
    entry = LedgerEntryFactory()
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        change(LedgerEntry.objects.filter(pk=entry.pk))


def test_entry_is_unique_per_payment_and_kind():
    entry = LedgerEntryFactory()
    with pytest.raises(IntegrityError, match="ledger_once"), transaction.atomic():
        LedgerEntryFactory(payment=entry.payment)
