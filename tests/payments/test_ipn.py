"""The gateway's call: the protocol answered, whatever comes."""

import pytest
from django.db import OperationalError
from django.test import Client

from payments import inbox, ledger
from payments.models import GatewayMessage
from payments.states import PaymentState
from tests.payments.factories import PaymentFactory, open_payment, paid_dossier, said

pytestmark = pytest.mark.django_db

IPN = "/thanh-toan/ipn/"


def test_the_protocol_in_one_breath(client):
    payment = PaymentFactory()
    assert client.get(f"{IPN}?{said(payment)}x").json() == {
        "RspCode": "97",
        "Message": "Invalid signature",
    }
    assert client.get(f"{IPN}?{said(payment, vnp_TxnRef='HS0')}").json()["RspCode"] == "01"
    assert client.get(f"{IPN}?{said(payment, vnp_Amount='100')}").json()["RspCode"] == "04"
    assert client.get(f"{IPN}?{said(payment)}").json() == {
        "RspCode": "00",
        "Message": "Confirm Success",
    }
    assert client.get(f"{IPN}?{said(payment)}").json()["RspCode"] == "02"
    assert GatewayMessage.objects.count() == 5


def test_a_failed_payment_is_confirmed_as_failed(client):
    payment = PaymentFactory()
    assert client.get(f"{IPN}?{said(payment, '24')}").json()["RspCode"] == "00"
    payment.refresh_from_db()
    assert payment.state == PaymentState.FAILED


def test_the_gateway_may_post_and_has_no_csrf_token():
    payment = PaymentFactory()
    client = Client(enforce_csrf_checks=True)
    response = client.post(IPN, said(payment), content_type="application/x-www-form-urlencoded")
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
def test_no_body_makes_it_fall_over(client, body, kind):
    response = client.post(IPN, body, content_type=kind)
    assert (response.status_code, response.json()["RspCode"]) == (200, "97")


def test_when_the_books_cannot_be_written_it_asks_to_be_called_again(client, monkeypatch):
    monkeypatch.setattr(ledger, "settle", lambda message: 1 / 0)
    response = client.get(f"{IPN}?{said(PaymentFactory())}")
    assert (response.status_code, response.json()["RspCode"]) == (200, "99")


def test_when_not_even_the_message_can_be_kept_it_asks_to_be_called_again(client, monkeypatch):
    def down(gateway, raw):
        raise OperationalError("connection refused")

    monkeypatch.setattr(inbox, "receive_call", down)
    response = client.get(f"{IPN}?{said(PaymentFactory())}")
    assert (response.status_code, response.json()["RspCode"]) == (200, "99")


def test_the_call_costs_a_fixed_number_of_statements(client, django_assert_max_num_queries):
    payment = PaymentFactory()
    with django_assert_max_num_queries(30):
        client.get(f"{IPN}?{said(payment)}")


def test_no_code_of_a_dossier_reaches_the_log(client, caplog):
    dossier = paid_dossier()
    payment = open_payment(dossier)
    caplog.set_level("DEBUG")
    client.get(f"{IPN}?{said(payment)}")
    assert dossier.tracking_code not in caplog.text
