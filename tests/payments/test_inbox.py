"""Words of the gateway are kept before anything is done about them, whatever comes of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from dossiers import throttle
from payments import inbox, ledger
from payments.gateways import default_gateway, get_gateway
from payments.gateways.base import Outcome
from payments.models import MAX_RAW, GatewayMessage, Payment
from payments.states import PaymentState
from tests.payments.factories import (
    GatewayMessageFactory,
    PaymentFactory,
    call,
    open_payment,
    signed_message,
)

pytestmark = pytest.mark.django_db

IPN, RETURN = GatewayMessage.Kind.IPN, GatewayMessage.Kind.RETURN


def test_receive_call_keeps_it_word_for_word_with_its_outcome():
    payment = PaymentFactory()
    raw = signed_message(payment)
    assert call(raw) == Outcome.RECORDED
    kept = GatewayMessage.objects.get()
    assert (kept.kind, kept.raw, kept.signature_ok, kept.says_paid) == (IPN, raw, True, True)
    assert (kept.outcome, kept.payment) == (Outcome.RECORDED, payment)


def test_receive_call_keeps_every_repeat():
    raw = signed_message(PaymentFactory())
    assert [call(raw) for _ in range(3)] == [
        Outcome.RECORDED,
        Outcome.ALREADY_RECORDED,
        Outcome.ALREADY_RECORDED,
    ]
    assert list(GatewayMessage.objects.order_by("pk").values_list("outcome", flat=True)) == [
        Outcome.RECORDED,
        Outcome.ALREADY_RECORDED,
        Outcome.ALREADY_RECORDED,
    ]


def test_receive_call_keeps_a_forgery_and_changes_nothing():
    payment = PaymentFactory()
    assert (
        call(signed_message(payment).replace("vnp_ResponseCode=00", "vnp_ResponseCode=24"))
        == Outcome.BAD_SIGNATURE
    )
    kept = GatewayMessage.objects.get()
    assert (kept.signature_ok, kept.says_paid, kept.outcome, kept.payment) == (
        False,
        False,
        Outcome.BAD_SIGNATURE,
        None,
    )
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN


def test_receive_call_keeps_the_message_when_settling_fails(monkeypatch):
    def fall_over(message):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(ledger, "settle", fall_over)
    assert call(signed_message(PaymentFactory())) == Outcome.ERROR
    assert GatewayMessage.objects.get().outcome == Outcome.ERROR


def test_receive_call_after_a_failure_settles_the_repeat(monkeypatch):
    raw = signed_message(PaymentFactory())
    with monkeypatch.context() as broken:
        broken.setattr(ledger, "settle", lambda message: 1 / 0)
        call(raw)
    assert call(raw) == Outcome.RECORDED


@pytest.mark.parametrize("raw", ["", "\x00", "a" * 100_000, "%ff%00", "vnp_TxnRef=%00", "€ đồng"])
def test_receive_call_keeps_rubbish_within_bounds(raw):
    assert call(raw) == Outcome.BAD_SIGNATURE
    assert len(GatewayMessage.objects.get().raw) <= MAX_RAW


def test_receive_return_keeps_it_once_however_often_it_is_reloaded():
    raw = signed_message(PaymentFactory())
    for _ in range(3):
        inbox.receive_return(default_gateway(), raw)
    kept = GatewayMessage.objects.get()
    assert (kept.kind, kept.signature_ok, kept.says_paid, kept.outcome) == (RETURN, True, True, "")


def test_receive_return_settles_nothing():
    payment = PaymentFactory()
    inbox.receive_return(default_gateway(), signed_message(payment))
    payment.refresh_from_db()
    assert (payment.state, payment.entries.count()) == (PaymentState.OPEN, 0)


def test_receive_return_of_a_success_stops_further_payments_until_it_expires():
    payment = PaymentFactory()
    inbox.receive_return(default_gateway(), signed_message(payment))
    assert payment in Payment.objects.unconfirmed()
    with pytest.raises(ledger.NotPayable, match="đừng nộp lần nữa"):
        open_payment(payment.dossier, now=payment.expires_at)
    ledger.expire_stale(now=payment.expires_at + ledger.GRACE + timedelta(seconds=1))
    assert open_payment(payment.dossier).reference != payment.reference
    assert payment in Payment.objects.unconfirmed()


@pytest.mark.parametrize("code", ["24", "51"])
def test_receive_return_of_a_failure_stops_nobody(code):
    payment = PaymentFactory()
    inbox.receive_return(default_gateway(), signed_message(payment, code))
    assert payment not in Payment.objects.unconfirmed()
    assert open_payment(payment.dossier) == payment


def test_receive_return_of_a_forgery_stops_nobody():
    payment = PaymentFactory()
    inbox.receive_return(default_gateway(), signed_message(payment) + "0")
    assert open_payment(payment.dossier) == payment


def test_receive_return_of_another_provider_stops_nobody():
    payment = PaymentFactory()
    assert inbox.receive_return(get_gateway("vnpay"), signed_message(payment)) is not None
    assert GatewayMessage.objects.get().payment is None
    assert open_payment(payment.dossier) == payment


def test_receive_return_keeps_it_for_each_provider_it_is_brought_to():
    raw = signed_message(PaymentFactory())
    for provider in ("vnpay", "mock", "mock"):
        inbox.receive_return(get_gateway(provider), raw)
    assert GatewayMessage.objects.count() == 2


def test_unconfirmed_leaves_out_a_confirmed_payment():
    payment = PaymentFactory()
    inbox.receive_return(default_gateway(), signed_message(payment))
    call(signed_message(payment))
    assert payment not in Payment.objects.unconfirmed()


# --- What the database refuses ---


@pytest.mark.parametrize(
    "change",
    [
        {"raw": "x"},
        {"signature_ok": False},
        {"says_paid": True},
        {"kind": RETURN},
        {"outcome": "recorded", "raw": "x"},
    ],
)
def test_message_is_never_changed(change):
    kept = GatewayMessageFactory()
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        GatewayMessage.objects.filter(pk=kept.pk).update(**change)


def test_message_outcome_is_filled_in_once():
    rows = GatewayMessage.objects.filter(pk=GatewayMessageFactory().pk)
    assert rows.update(outcome="recorded") == 1
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        rows.update(outcome="already")


def test_message_of_a_return_gets_no_outcome():
    kept = GatewayMessageFactory(kind=RETURN)
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        GatewayMessage.objects.filter(pk=kept.pk).update(outcome="recorded")


def test_message_with_a_signature_is_never_deleted():
    kept = GatewayMessageFactory()
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        GatewayMessage.objects.filter(pk=kept.pk).delete()


def test_delete_old_forgeries_deletes_nothing_else():
    forged, fresh, signed = (
        GatewayMessageFactory(signature_ok=False),
        GatewayMessageFactory(signature_ok=False),
        GatewayMessageFactory(),
    )
    later = forged.received_at + inbox.KEEP_FORGERIES + timedelta(microseconds=1)
    assert inbox.delete_old_forgeries(now=min(later, fresh.received_at + inbox.KEEP_FORGERIES)) == 1
    assert set(GatewayMessage.objects.all()) == {fresh, signed}


# --- Floods ---


def forge(turn: int, network: str = "203.113.1.1/32", kind=inbox.receive_call):
    return kind(default_gateway(), f"vnp_TxnRef=gia-mao-{turn}", network=network)


@pytest.mark.parametrize("kind", [inbox.receive_call, inbox.receive_return])
def test_forgeries_of_one_network_beyond_its_limit_are_counted_and_not_stored(
    settings, caplog, kind
):
    settings.FORGERIES_PER_HOUR = 3
    for turn in range(10):
        assert forge(turn, kind=kind) in (Outcome.BAD_SIGNATURE, None)
    assert GatewayMessage.objects.count() == 3
    assert throttle.total("forgery", "203.113.1.1/32") == 10
    assert caplog.text.count("forgeries of one network") == 1
    forge(11, network="203.113.1.2/32")
    assert GatewayMessage.objects.count() == 4


def test_forgeries_of_many_networks_are_limited_together(settings):
    settings.MAX_FORGERIES_PER_HOUR = 4
    for turn in range(10):
        forge(turn, network=f"203.113.1.{turn}/32")
    assert GatewayMessage.objects.count() == 4


def test_signed_messages_are_stored_whatever_forgeries_came_before(settings):
    settings.FORGERIES_PER_HOUR = settings.MAX_FORGERIES_PER_HOUR = 1
    for turn in range(5):
        forge(turn)
    payment = PaymentFactory()
    raw = signed_message(payment)
    answer = inbox.receive_call(default_gateway(), raw, network="203.113.1.1/32")
    assert answer == Outcome.RECORDED
    assert GatewayMessage.objects.filter(signature_ok=True).count() == 1


def test_copies_of_one_signed_message_are_stored_so_many_times_and_answered_always(monkeypatch):
    monkeypatch.setattr(inbox, "MAX_COPIES", 3)
    raw = signed_message(PaymentFactory())
    answers = [call(raw) for _ in range(6)]
    assert answers == [Outcome.RECORDED] + [Outcome.ALREADY_RECORDED] * 5
    assert GatewayMessage.objects.count() == 3


def test_delete_old_forgeries_keeps_the_latest_of_too_many(settings):
    settings.MAX_KEPT_FORGERIES = 2
    forged = [GatewayMessageFactory(signature_ok=False) for _ in range(5)]
    signed = GatewayMessageFactory()
    assert inbox.delete_old_forgeries() == 3
    assert set(GatewayMessage.objects.all()) == {*forged[3:], signed}
