"""The pages of paying, as a citizen and as the gateway meet them."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from dossiers.moves import Action
from dossiers.states import Role, State
from payments import ledger
from payments.gateways import default_gateway, vnpay
from payments.models import GatewayMessage, Payment
from payments.states import PaymentState
from tests.dossiers.factories import APPLICANT, DossierFactory, act
from tests.payments.factories import FEE, PaymentFactory, message, paid_dossier, signed_message
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db

IPN = "/thanh-toan/ipn/"
RETURN = "/thanh-toan/ket-qua/"


def checkout(dossier) -> str:
    return f"/thanh-toan/{dossier.tracking_code}/"


def page(response) -> str:
    return response.content.decode()


def test_addresses_are_the_agreed_ones():
    with override("vi"):
        assert (
            reverse("payments:checkout", args=["K7QD-93MX-AT4C"]) == "/thanh-toan/K7QD-93MX-AT4C/"
        )
        assert (reverse("payments:returned"), reverse("payments:ipn")) == (RETURN, IPN)


# --- Checkout ---


def test_checkout_shows_what_for_and_how_much_and_opens_nothing(client):
    dossier = paid_dossier()
    response = client.get(checkout(dossier))
    assert response.status_code == 200
    assert "100.000 đồng" in page(response)
    assert dossier.service_name in page(response)
    assert "Lệ phí giải quyết hồ sơ" in page(response)
    assert not Payment.objects.exists()


def test_checkout_tells_nothing_of_the_person(client):
    text = page(client.get(checkout(paid_dossier())))
    for detail in ("applicant_name", "citizen_id", "phone", "email", "address"):
        assert APPLICANT[detail] not in text


def test_checkout_reads_the_code_however_it_is_typed(client):
    dossier = paid_dossier()
    assert (
        client.get(f"/thanh-toan/{dossier.tracking_code.replace('-', '').lower()}/").status_code
        == 200
    )


def test_checkout_leads_to_the_gateway_with_a_signed_request(client):
    dossier = paid_dossier()
    response = client.post(checkout(dossier))
    payment = Payment.objects.get()
    fields = dict(parse_qsl(urlsplit(response["Location"]).query))
    assert response.status_code == 303
    assert response["Location"].startswith(settings.SITE_URL + "/cong-thanh-toan-mo-phong/?")
    assert vnpay.verify(fields, settings.VNPAY["HASH_SECRET"])
    assert fields["vnp_TxnRef"] == payment.reference
    assert fields["vnp_Amount"] == str(FEE * 100)
    assert fields["vnp_ReturnUrl"] == settings.SITE_URL + RETURN
    assert fields["vnp_OrderInfo"] == f"Thu phi ho so {payment.reference}"
    assert fields["vnp_Locale"] == "vn"


def test_checkout_tells_the_gateway_the_official_number_and_no_tracking_code(client):
    dossier = paid_dossier(State.RECEIVED)
    location = client.post(checkout(dossier))["Location"]
    assert dossier.official_number in location
    assert dossier.tracking_code not in location


def test_checkout_in_english_returns_to_english(client):
    fields = dict(
        parse_qsl(urlsplit(client.post("/en" + checkout(paid_dossier()))["Location"]).query)
    )
    assert (fields["vnp_ReturnUrl"], fields["vnp_Locale"]) == (
        settings.SITE_URL + "/en" + RETURN,
        "en",
    )


def test_checkout_twice_leads_to_the_same_payment(client):
    dossier = paid_dossier()
    assert client.post(checkout(dossier))["Location"] == client.post(checkout(dossier))["Location"]
    assert Payment.objects.count() == 1


def test_checkout_uses_the_gateway_of_the_settings(client, settings):
    settings.VNPAY = {**settings.VNPAY, "PAY_URL": "https://gateway.example/paymentv2/vpcpay.html"}
    settings.PAYMENT_PROVIDER = "vnpay"
    location = client.post(checkout(paid_dossier()))["Location"]
    assert location.startswith("https://gateway.example/paymentv2/vpcpay.html?vnp_Amount=")


def test_checkout_refuses_a_post_of_another_site():
    dossier = paid_dossier()
    assert Client(enforce_csrf_checks=True).post(checkout(dossier)).status_code == 403
    assert not Payment.objects.exists()


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA", "x", "0000-0000-0000", "ket-qua2"])
def test_checkout_of_an_unknown_code_is_not_found(client, code):
    assert client.get(f"/thanh-toan/{code}/").status_code == 404
    assert client.post(f"/thanh-toan/{code}/").status_code == 404


def test_checkout_of_a_draft_is_not_found(client):
    assert client.get(checkout(paid_dossier(State.DRAFT))).status_code == 404


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: paid_dossier(State.WITHDRAWN), "đã kết thúc"),
        (lambda: DossierFactory(), "không còn khoản nào"),
        (
            lambda: DossierFactory(service=ServiceFactory(paid=True, level=3)),
            "nộp tại Bộ phận Một cửa",
        ),
    ],
)
def test_checkout_says_why_nothing_can_be_paid(client, make, sentence):
    dossier = make()
    shown, posted = client.get(checkout(dossier)), client.post(checkout(dossier))
    assert (shown.status_code, posted.status_code) == (200, 409)
    assert sentence in page(shown)
    assert sentence in page(posted)
    assert not Payment.objects.exists()


def test_checkout_with_a_gateway_that_is_not_set_up_says_so_and_opens_nothing(client, settings):
    settings.PAYMENT_PROVIDER = "vnpay"
    response = client.post(checkout(paid_dossier()))
    assert response.status_code == 409
    assert "tạm ngừng" in page(response)
    assert not Payment.objects.exists()


def test_checkout_warns_whoever_has_perhaps_paid(client):
    payment = PaymentFactory()
    client.get(f"{RETURN}?{signed_message(payment)}")
    assert "đừng nộp lần nữa" in page(client.get(checkout(payment.dossier)))
    assert client.post(checkout(payment.dossier)).status_code == 409
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.EXPIRED)
    text = page(client.get(checkout(payment.dossier)))
    assert "Có một lần thanh toán chưa được xác nhận" in text
    assert "Số tiền phải nộp" in text


# --- Coming back ---


def test_return_keeps_the_message_and_changes_nothing_else(client):
    payment = PaymentFactory()
    client.get(f"{RETURN}?{signed_message(payment)}")
    payment.refresh_from_db()
    assert (payment.state, payment.dossier.fee_paid) == (PaymentState.OPEN, 0)
    assert GatewayMessage.objects.get().raw == signed_message(payment)


def test_return_before_the_call_waits_and_reloads_itself(client):
    response = client.get(f"{RETURN}?{signed_message(PaymentFactory())}")
    assert response.status_code == 200
    assert "Đang chờ ngân hàng xác nhận" in page(response)
    assert response["Refresh"] == "5"


def test_return_after_the_call_says_paid_and_reloads_no_more(client):
    payment = PaymentFactory()
    ledger.settle(message(payment))
    response = client.get(f"{RETURN}?{signed_message(payment)}")
    assert "Đã thanh toán" in page(response)
    assert "Refresh" not in response


def test_return_shows_the_books_and_not_what_the_browser_brings(client):
    payment = PaymentFactory()
    ledger.settle(message(payment))
    assert "Đã thanh toán" in page(client.get(f"{RETURN}?{signed_message(payment, '24')}"))


@pytest.mark.parametrize("code", [*vnpay.REASONS, "99", "98"])
@pytest.mark.parametrize("with_ipn", [True, False])
def test_return_of_a_failure_tells_the_reason_and_offers_another_try(client, code, with_ipn):
    payment = PaymentFactory()
    if with_ipn:
        ledger.settle(message(payment, code))
    response = client.get(f"{RETURN}?{signed_message(payment, code)}")
    assert "Chưa thanh toán được" in page(response)
    assert str(default_gateway().reason(code)) in page(response)
    assert "Thanh toán lại" in page(response)
    assert f'action="{checkout(payment.dossier)}"' in page(response)
    assert "Refresh" not in response


def test_return_of_held_money_asks_for_no_other_payment(client):
    payment = PaymentFactory()
    ledger.settle(message(payment, "07", "07"))
    text = page(client.get(f"{RETURN}?{signed_message(payment, '07', '07')}"))
    assert "Ngân hàng đang kiểm tra" in text
    assert "Thanh toán lại" not in text


def test_return_tells_of_money_that_has_to_go_back(client):
    payment = PaymentFactory()
    act(payment.dossier, Action.WITHDRAW, Role.CITIZEN)
    ledger.settle(message(payment))
    text = page(client.get(f"{RETURN}?{signed_message(payment)}"))
    assert "sẽ hoàn lại" in text
    assert "Hồ sơ không còn nhận tiền" in text


def test_return_of_an_unconfirmed_success_asks_for_no_other_payment(client):
    payment = PaymentFactory()
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.EXPIRED)
    text = page(client.get(f"{RETURN}?{signed_message(payment)}"))
    assert "Chưa được xác nhận" in text
    assert payment.reference in text
    assert "Thanh toán lại" not in text


@pytest.mark.parametrize("query", ["", "vnp_TxnRef=1", "vnp_SecureHash=00", "%ff", "a" * 6000])
def test_return_with_a_bad_signature_says_so(client, query):
    response = client.get(f"{RETURN}?{query}")
    assert response.status_code == 400
    assert "không cho biết bạn đã thanh toán hay chưa" in page(response)


def test_return_refuses_our_own_request(client):
    dossier = paid_dossier()
    query = urlsplit(client.post(checkout(dossier))["Location"]).query
    assert client.get(f"{RETURN}?{query}").status_code == 400
    assert client.get(f"{IPN}?{query}").json()["RspCode"] == "97"
    assert Payment.objects.get().state == PaymentState.OPEN


def test_return_of_no_payment_of_ours_is_not_found(client):
    payment = PaymentFactory()
    assert client.get(f"{RETURN}?{signed_message(payment, vnp_TxnRef='HS0')}").status_code == 404


def test_return_tells_nothing_of_the_person(client):
    text = page(client.get(f"{RETURN}?{signed_message(PaymentFactory())}"))
    assert not [detail for detail in APPLICANT.values() if detail in text]


def test_return_is_a_get(client):
    assert client.post(RETURN).status_code == 405
