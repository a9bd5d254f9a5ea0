"""The gateway's call: the protocol answered, whatever comes."""

import pytest
from django.conf import settings as configured
from django.db import OperationalError
from django.test import Client

from payments import inbox, ledger
from payments.gateways import get_gateway
from payments.models import GatewayMessage
from payments.states import PaymentState
from tests.payments.factories import PaymentFactory, open_payment, paid_dossier, signed_message

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
