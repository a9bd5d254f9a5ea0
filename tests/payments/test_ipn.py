"""The gateway's call: the protocol answered, whatever comes."""

import pytest
from django.conf import settings as configured
from django.db import OperationalError
from django.test import Client

from payments import inbox, ledger
from payments.gateways import get_gateway
from payments.gateways.base import Outcome
from payments.models import GatewayMessage, LedgerEntry
from payments.states import PaymentState
from tests.payments.factories import (
    PaymentFactory,
    entries_of,
    open_payment,
    paid_dossier,
    reloaded,
    signed_message,
)

pytestmark = pytest.mark.django_db

IPN = "/thanh-toan/ipn/"


def answered(client, query: str) -> str:
    return client.get(f"{IPN}?{query}").json()["RspCode"]


def test_ipn_confirms_a_success(client):
    payment = PaymentFactory()
    response = client.get(f"{IPN}?{signed_message(payment)}")
    assert response.json() == {"RspCode": "00", "Message": "Confirm Success"}


def test_ipn_answers_a_repeat_with_02(client):
    query = signed_message(PaymentFactory())
    assert [answered(client, query), answered(client, query)] == ["00", "02"]


def test_ipn_answers_an_unknown_payment_with_01(client):
    assert answered(client, signed_message(PaymentFactory(), vnp_TxnRef="HS0")) == "01"


def test_ipn_answers_another_amount_with_04(client):
    assert answered(client, signed_message(PaymentFactory(), vnp_Amount="100")) == "04"


def test_ipn_answers_a_bad_signature_with_97(client):
    response = client.get(f"{IPN}?{signed_message(PaymentFactory())}x")
    assert response.json() == {"RspCode": "97", "Message": "Invalid signature"}


def test_ipn_confirms_a_failed_payment_as_failed(client):
    payment = PaymentFactory()
    assert answered(client, signed_message(payment, "24")) == "00"
    payment.refresh_from_db()
    assert payment.state == PaymentState.FAILED


def test_ipn_may_be_posted_without_csrf_token():
    payment = PaymentFactory()
    client = Client(enforce_csrf_checks=True)
    response = client.post(
        IPN, signed_message(payment), content_type="application/x-www-form-urlencoded"
    )
    assert response.json()["RspCode"] == "00"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe\x00", "application/octet-stream"),
        (b"{}", "application/json"),
        (b"", "multipart/form-data"),
        (b"vnp_TxnRef=" + b"9" * 9000, "application/x-www-form-urlencoded"),
    ],
)
def test_ipn_answers_any_body(client, body, kind):
    response = client.post(IPN, body, content_type=kind)
    assert (response.status_code, response.json()["RspCode"]) == (200, "97")


def test_ipn_asks_for_a_repeat_when_settling_fails(client, monkeypatch):
    monkeypatch.setattr(ledger, "settle", lambda message: 1 / 0)
    response = client.get(f"{IPN}?{signed_message(PaymentFactory())}")
    assert (response.status_code, response.json()["RspCode"]) == (200, "99")


def test_ipn_asks_for_a_repeat_when_the_message_cannot_be_kept(client, monkeypatch):
    def down(gateway, raw, *, network):
        raise OperationalError("connection refused")

    monkeypatch.setattr(inbox, "receive_call", down)
    response = client.get(f"{IPN}?{signed_message(PaymentFactory())}")
    assert (response.status_code, response.json()["RspCode"]) == (200, "99")


def test_ipn_costs_a_fixed_number_of_statements(client, django_assert_max_num_queries):
    payment = PaymentFactory()
    with django_assert_max_num_queries(30):
        client.get(f"{IPN}?{signed_message(payment)}")


def test_ipn_logs_no_code_of_a_dossier(client, caplog):
    dossier = paid_dossier()
    payment = open_payment(dossier)
    caplog.set_level("DEBUG")
    client.get(f"{IPN}?{signed_message(payment)}")
    assert dossier.tracking_code not in caplog.text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"vnp_TransactionNo": "9" * 500}, ("gateway_reference", "9" * 30)),
        ({"vnp_TransactionNo": "1\x002"}, ("gateway_reference", "1�2")),
        ({"vnp_BankCode": "N" * 300}, ("bank_code", "N" * 20)),
        ({"vnp_BankCode": "N\x00B"}, ("bank_code", "N�B")),
        ({"vnp_CardType": "\x00" * 50}, ("bank_code", "NCB")),
    ],
)
def test_ipn_is_booked_whatever_it_names(client, method, changes, kept):
    payment = PaymentFactory()
    raw = signed_message(payment, **changes)

    if method == "GET":
        response = client.get(f"{IPN}?{raw}")
    else:
        response = client.generic("POST", IPN, raw)

    assert response.json()["RspCode"] == "00"
    payment = reloaded(payment)
    assert (payment.state, getattr(payment, kept[0])) == (PaymentState.SETTLED, kept[1])
    assert entries_of(payment) == {"charge": payment.amount}
    message = GatewayMessage.objects.get()
    assert (message.raw, message.outcome, message.payment) == (raw, "recorded", payment)


def test_ipn_with_a_long_code_of_failure_is_kept_as_failed(client):
    payment = PaymentFactory()

    assert answered(client, signed_message(payment, "7" * 90)) == "00"
    payment = reloaded(payment)
    assert (payment.state, payment.result_code) == (PaymentState.FAILED, "7" * 20)


@pytest.mark.parametrize("reference", ["\x00", "HS\x00", "9" * 500])
def test_ipn_with_an_impossible_reference_is_of_no_payment(client, reference):
    PaymentFactory()

    assert answered(client, signed_message(PaymentFactory(), vnp_TxnRef=reference)) == "01"
    assert GatewayMessage.objects.get().outcome == Outcome.NOT_FOUND
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("terminal", ["OTHER999", "", "batodemo"])
def test_ipn_for_another_terminal_is_kept_and_not_booked(client, terminal):
    payment = PaymentFactory()

    response = client.get(f"{IPN}?{signed_message(payment, vnp_TmnCode=terminal)}")

    assert response.json() == {"RspCode": "01", "Message": "Order not found"}
    assert reloaded(payment).state == PaymentState.OPEN
    message = GatewayMessage.objects.get()
    assert (message.outcome, message.signature_ok, message.payment) == (
        Outcome.WRONG_TERMINAL,
        True,
        None,
    )


@pytest.mark.parametrize("secret", ["", configured.DEVELOPMENT_VNPAY_SECRET])
def test_ipn_signed_with_a_known_secret_is_refused_in_production(client, settings, secret):
    settings.VNPAY = {**settings.VNPAY, "PAY_URL": "https://gateway.example.vn/pay"}
    payment = ledger.open_payment(paid_dossier(), get_gateway("vnpay"))
    # Another provider was chosen since, and the secret of this one was taken out.
    settings.VNPAY = {**settings.VNPAY, "HASH_SECRET": secret, "PAY_URL": ""}
    settings.PRODUCTION = True

    response = client.get(f"/thanh-toan/vnpay/ipn/?{signed_message(payment)}")

    assert response.json()["RspCode"] == "97"
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN
    assert not GatewayMessage.objects.get().signature_ok
