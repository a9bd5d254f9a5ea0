"""The mock gateway: as strict as the real one, and able to play every bad day."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from kombu.exceptions import OperationalError

from payments.gateways import get_gateway, vnpay
from payments.gateways.base import Verdict
from payments.gateways.mock import bank, tasks
from payments.gateways.mock.bank import SCENARIOS
from payments.models import GatewayMessage, Payment
from payments.states import PaymentState
from tests.payments.factories import PaymentFactory, paid_dossier, signed_message

MOCK = "/cong-thanh-toan-mo-phong/"


@pytest.fixture
def asked(client, db) -> str:
    """The signed request of a payment just opened."""
    return urlsplit(client.post(f"/thanh-toan/{paid_dossier().tracking_code}/")["Location"]).query


@pytest.fixture
def queue(monkeypatch) -> list[tuple[str, int]]:
    """What is left to the worker: (query, delay)."""
    left: list[tuple[str, int]] = []

    def take(args, countdown=None, **rest):
        left.append((args[0], countdown or 0))

    monkeypatch.setattr(tasks.send_mock_ipn, "apply_async", take)
    return left


def secret() -> str:
    return settings.VNPAY["HASH_SECRET"]


def resigned(query: str, **changes: str) -> str:
    fields = vnpay.parse(query) | changes
    return vnpay.signed_query(fields, secret())


# --- Its page ---


def test_page_says_what_it_is_and_shows_the_amount_and_every_button(client, asked):
    text = client.get(f"{MOCK}?{asked}").content.decode()
    assert "MÔ PHỎNG – không trừ tiền thật" in text
    assert "100.000 đồng" in text
    for key in SCENARIOS:
        assert f'value="{key}"' in text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda query: "",
        lambda query: query + "0",
        lambda query: query.replace("vnp_Amount=10000000", "vnp_Amount=100"),
        lambda query: resigned(query, vnp_ReturnUrl="https://evil.example/thanh-toan/ket-qua/"),
        lambda query: resigned(query, vnp_ReturnUrl="//evil.example/"),
        lambda query: resigned(query, vnp_ReturnUrl=f"{settings.SITE_URL}.evil.example/"),
        lambda query: resigned(query, vnp_Amount="0"),
        lambda query: resigned(query, vnp_TmnCode="OTHER"),
        lambda query: resigned(query, vnp_TxnRef=""),
    ],
)
def test_request_that_the_real_one_would_refuse_is_refused(client, asked, queue, spoil):
    assert client.get(f"{MOCK}?{spoil(asked)}").status_code == 400
    response = client.post(f"{MOCK}ket-thuc/", {"asked": spoil(asked), "scenario": "thanh-cong"})
    assert response.status_code == 400
    assert queue == []


@pytest.mark.parametrize("scenario", ["", "khac", "thanh-cong\x00"])
def test_button_that_is_not_there_is_refused(client, asked, queue, scenario):
    assert (
        client.post(f"{MOCK}ket-thuc/", {"asked": asked, "scenario": scenario}).status_code == 400
    )


def test_page_after_expiry_only_leads_back(client, asked):
    text = client.get(f"{MOCK}?{resigned(asked, vnp_ExpireDate='20200101000000')}").content.decode()
    assert 'value="het-han"' in text
    assert 'value="thanh-cong"' not in text


def test_page_speaks_the_language_of_the_request(client, asked):
    assert (
        '<html lang="en">'
        in client.get(f"{MOCK}?{resigned(asked, vnp_Locale='en')}").content.decode()
    )


def test_button_takes_a_post(client, asked):
    assert client.get(f"{MOCK}ket-thuc/").status_code == 405


# --- What the buttons do ---


def press(client, asked: str, scenario: str):
    return client.post(f"{MOCK}ket-thuc/", {"asked": asked, "scenario": scenario})


@pytest.mark.parametrize("key", SCENARIOS)
def test_button_sends_the_browser_back_with_a_signed_answer(client, asked, queue, key):
    response = press(client, asked, key)
    assert response.status_code == 303
    assert response["Location"].startswith(f"{settings.SITE_URL}/thanh-toan/ket-qua/?")
    message = get_gateway("mock").read(urlsplit(response["Location"]).query)
    assert message is not None
    assert message.code == SCENARIOS[key].code
    assert message.amount == 100_000
    assert len(queue) == len(SCENARIOS[key].ipns)


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        ("thanh-cong", Verdict.PAID),
        ("khong-du-tien", Verdict.FAILED),
        ("huy", Verdict.FAILED),
        ("het-han", Verdict.FAILED),
        ("nghi-ngo", Verdict.UNCLEAR),
    ],
)
def test_ipn_says_what_the_browser_says(client, asked, queue, key, verdict):
    back = urlsplit(press(client, asked, key)["Location"]).query
    [(query, delay)] = queue
    ipn = get_gateway("mock").read(query)
    assert ipn is not None
    assert (ipn.verdict, delay) == (verdict, 0)
    assert ipn.gateway_reference == vnpay.parse(back)["vnp_TransactionNo"]


def test_ipn_that_is_late_is_delayed(client, asked, queue):
    press(client, asked, "ipn-cham")
    assert queue[0][1] > 0


def test_ipn_that_is_repeated_is_the_same_twice(client, asked, queue):
    press(client, asked, "ipn-hai-lan")
    assert queue[0] == queue[1]


@pytest.mark.parametrize(
    ("key", "answers", "state"),
    [
        ("thanh-cong", ["00"], PaymentState.SETTLED),
        ("huy", ["00"], PaymentState.FAILED),
        ("nghi-ngo", ["00"], PaymentState.HELD),
        ("ipn-hai-lan", ["00", "02"], PaymentState.SETTLED),
        ("ipn-trai-nguoc", ["00", "02"], PaymentState.SETTLED),
        ("ipn-sai-tien", ["04"], PaymentState.OPEN),
        ("ipn-sai-chu-ky", ["97"], PaymentState.OPEN),
        ("ipn-mat", [], PaymentState.OPEN),
    ],
)
def test_button_ends_as_the_protocol_says(client, asked, queue, key, answers, state):
    press(client, asked, key)
    assert [
        client.get(f"/thanh-toan/ipn/?{query}").json()["RspCode"] for query, _delay in queue
    ] == answers
    assert Payment.objects.get().state == state


def test_button_with_the_broker_down_says_so_and_leads_back(client, asked, monkeypatch):
    def down(*args, **rest):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.send_mock_ipn, "apply_async", down)
    response = press(client, asked, "thanh-cong")
    assert response.status_code == 200
    assert "IPN chưa gửi được" in response.content.decode()
    assert "/thanh-toan/ket-qua/?vnp_Amount=" in response.content.decode()


# --- The worker's call ---


def test_ipn_address_is_our_own():
    assert tasks.ipn_address() == f"{settings.SITE_URL}/thanh-toan/ipn/"


@pytest.mark.parametrize("site", ["file:///etc", "ftp://example.vn", ""])
def test_ipn_address_that_is_no_web_address_is_refused(settings, site):
    settings.SITE_URL = site
    with pytest.raises(ValueError, match="SITE_URL"):
        tasks.ipn_address()


@pytest.mark.django_db(transaction=True)
def test_send_mock_ipn_calls_over_the_network(live_server, settings):
    settings.SITE_URL = live_server.url
    payment = PaymentFactory()
    assert tasks.send_mock_ipn(signed_message(payment)) == "00"
    payment.refresh_from_db()
    assert payment.state == PaymentState.SETTLED
    assert GatewayMessage.objects.get().raw == signed_message(payment)


@pytest.mark.parametrize(
    ("answer", "calls"),
    [("00", 1), ("02", 1), ("97", 4), ("99", 4), (OSError, 4), (ValueError, 4)],
)
def test_send_mock_ipn_repeats_a_limited_number_of_times(monkeypatch, answer, calls):
    made = []

    def call(address):
        made.append(address)
        if isinstance(answer, str):
            return answer
        raise answer("no")

    monkeypatch.setattr(tasks, "call", call)
    tasks.send_mock_ipn.apply(["vnp_TxnRef=1"])
    assert made == [f"{tasks.ipn_address()}?vnp_TxnRef=1"] * calls


def test_mock_reaches_the_books_by_its_calls_alone():
    assert not {"ledger", "inbox", "Payment"} & set(vars(bank))


@pytest.mark.django_db
def test_mock_believes_nothing_where_it_is_off(settings):
    raw = signed_message(PaymentFactory())
    assert get_gateway("mock").read(raw) is not None
    settings.MOCK_GATEWAY = False
    assert get_gateway("mock").read(raw) is None
    assert not get_gateway("mock").is_ready
