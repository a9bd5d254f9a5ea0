"""Words of the gateway are kept before anything is done about them, whatever comes of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from payments import inbox, ledger
from payments.gateway import Answer
from payments.models import RAW_LIMIT, GatewayMessage, Payment
from payments.states import PaymentState
from tests.payments.factories import GatewayMessageFactory, PaymentFactory, said

pytestmark = pytest.mark.django_db

IPN, RETURN = GatewayMessage.Kind.IPN, GatewayMessage.Kind.RETURN


def test_an_ipn_is_kept_word_for_word_with_its_answer():
    payment = PaymentFactory()
    raw = said(payment)
    assert inbox.answer_ipn(raw) == Answer.CONFIRMED
    kept = GatewayMessage.objects.get()
    assert (kept.kind, kept.raw, kept.signature_ok, kept.says_paid) == (IPN, raw, True, True)
    assert (kept.answer, kept.payment) == ("00", payment)


def test_every_repeated_ipn_is_kept():
    raw = said(PaymentFactory())
    assert [inbox.answer_ipn(raw) for _ in range(3)] == [
        Answer.CONFIRMED,
        Answer.ALREADY,
        Answer.ALREADY,
    ]
    assert list(GatewayMessage.objects.order_by("pk").values_list("answer", flat=True)) == [
        "00",
        "02",
        "02",
    ]


def test_a_forged_ipn_is_kept_and_changes_nothing():
    payment = PaymentFactory()
    assert (
        inbox.answer_ipn(said(payment).replace("vnp_ResponseCode=00", "vnp_ResponseCode=24"))
        == Answer.BAD_SIGNATURE
    )
    kept = GatewayMessage.objects.get()
    assert (kept.signature_ok, kept.says_paid, kept.answer, kept.payment) == (
        False,
        False,
        "97",
        None,
    )
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN


def test_a_message_outlives_the_failure_of_what_follows(monkeypatch):
    def fall_over(message):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(ledger, "settle", fall_over)
    assert inbox.answer_ipn(said(PaymentFactory())) == Answer.OTHER
    assert GatewayMessage.objects.get().answer == "99"


def test_after_a_failure_the_gateway_calls_again_and_is_heard(monkeypatch):
    raw = said(PaymentFactory())
    with monkeypatch.context() as broken:
        broken.setattr(ledger, "settle", lambda message: 1 / 0)
        inbox.answer_ipn(raw)
    assert inbox.answer_ipn(raw) == Answer.CONFIRMED


@pytest.mark.parametrize("raw", ["", "\x00", "a" * 100_000, "%ff%00", "vnp_TxnRef=%00", "€ đồng"])
def test_rubbish_is_kept_within_bounds(raw):
    assert inbox.answer_ipn(raw) == Answer.BAD_SIGNATURE
    assert len(GatewayMessage.objects.get().raw) <= RAW_LIMIT


def test_a_return_is_kept_once_however_often_it_is_reloaded():
    raw = said(PaymentFactory())
    for _ in range(3):
        inbox.keep_return(raw)
    kept = GatewayMessage.objects.get()
    assert (kept.kind, kept.signature_ok, kept.says_paid, kept.answer) == (RETURN, True, True, "")


def test_a_return_settles_nothing():
    payment = PaymentFactory()
    inbox.keep_return(said(payment))
    payment.refresh_from_db()
    assert (payment.state, payment.entries.count()) == (PaymentState.OPEN, 0)


def test_after_a_signed_success_nobody_is_asked_to_pay_again_until_the_time_is_over():
    payment = PaymentFactory()
    inbox.keep_return(said(payment))
    assert payment in Payment.objects.unconfirmed()
    with pytest.raises(ledger.NotPayable, match="đừng nộp lần nữa"):
        ledger.open_payment(payment.dossier, now=payment.expires_at)
    ledger.expire_stale(now=payment.expires_at + ledger.GRACE + timedelta(seconds=1))
    assert ledger.open_payment(payment.dossier).txn_ref != payment.txn_ref
    assert payment in Payment.objects.unconfirmed()


@pytest.mark.parametrize("code", ["24", "51"])
def test_a_signed_failure_keeps_nobody_from_paying(code):
    payment = PaymentFactory()
    inbox.keep_return(said(payment, code))
    assert payment not in Payment.objects.unconfirmed()
    assert ledger.open_payment(payment.dossier) == payment


def test_a_forged_success_keeps_nobody_from_paying():
    payment = PaymentFactory()
    inbox.keep_return(said(payment) + "0")
    assert ledger.open_payment(payment.dossier) == payment


def test_a_confirmed_payment_is_not_unconfirmed():
    payment = PaymentFactory()
    inbox.keep_return(said(payment))
    inbox.answer_ipn(said(payment))
    assert payment not in Payment.objects.unconfirmed()


# --- What the database refuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"raw": "x"},
        {"signature_ok": False},
        {"says_paid": True},
        {"kind": RETURN},
        {"answer": "00", "raw": "x"},
    ],
)
def test_a_kept_message_is_never_changed(change):
    kept = GatewayMessageFactory()
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        GatewayMessage.objects.filter(pk=kept.pk).update(**change)


def test_an_answer_is_filled_in_once():
    rows = GatewayMessage.objects.filter(pk=GatewayMessageFactory().pk)
    assert rows.update(answer="00") == 1
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        rows.update(answer="02")


def test_a_return_is_never_answered():
    kept = GatewayMessageFactory(kind=RETURN)
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        GatewayMessage.objects.filter(pk=kept.pk).update(answer="00")


def test_a_signed_message_is_never_deleted():
    kept = GatewayMessageFactory()
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction.atomic():
        GatewayMessage.objects.filter(pk=kept.pk).delete()


def test_old_forgeries_are_forgotten_and_nothing_else():
    forged, fresh, signed = (
        GatewayMessageFactory(signature_ok=False),
        GatewayMessageFactory(signature_ok=False),
        GatewayMessageFactory(),
    )
    later = forged.received_at + inbox.KEEP_FORGERIES + timedelta(microseconds=1)
    assert inbox.forget_forgeries(now=min(later, fresh.received_at + inbox.KEEP_FORGERIES)) == 1
    assert set(GatewayMessage.objects.all()) == {fresh, signed}
