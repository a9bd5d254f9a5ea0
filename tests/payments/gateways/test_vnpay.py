"""The protocol: a vector worked out by hand, then properties over any message."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from payments.gateways import vnpay
from payments.gateways.base import Message, Order, Verdict
from payments.gateways.vnpay import VNPayGateway

SECRET = "DEMO-SECRET-0001"
VECTOR = {
    "vnp_Amount": "800000",
    "vnp_Command": "pay",
    "vnp_CreateDate": "20260105090000",
    "vnp_CurrCode": "VND",
    "vnp_ExpireDate": "20260105091500",
    "vnp_IpAddr": "203.0.113.7",
    "vnp_Locale": "vn",
    "vnp_OrderInfo": "Thu phi ho so 000.00.15.H48-260105-0001",
    "vnp_OrderType": "other",
    "vnp_ReturnUrl": "https://example.gov.vn/thanh-toan/ket-qua",
    "vnp_TmnCode": "DEMO0001",
    "vnp_TxnRef": "HS260105000001",
    "vnp_Version": "2.1.0",
}
SIGNATURE = (
    "e8fa70453bf413c563936736fd2df63a8392638f45c6fcec97ef20854a0270a7"
    "bfac67ca528c35a316b427d667676fffe6568595cf9fdca1cc6f3ba9d0d5e54f"
)
ANSWER = {
    "vnp_TmnCode": VECTOR["vnp_TmnCode"],
    "vnp_TxnRef": "K7QD93MXAT4C6Y",
    "vnp_Amount": "10000000",
    "vnp_ResponseCode": "00",
    "vnp_TransactionStatus": "00",
    "vnp_TransactionNo": "14226112",
    "vnp_BankCode": "NCB",
    "vnp_PayDate": "20260105090512",
}

ORDER = Order(
    reference="HS260105000001",
    amount=8000,
    description="Thu phí hồ sơ 000.00.15.H48-260105-0001",
    return_url="https://example.gov.vn/thanh-toan/ket-qua",
    client_address="203.0.113.7",
    created_at=datetime(2026, 1, 5, 2, 0, tzinfo=UTC),
    expires_at=datetime(2026, 1, 5, 2, 15, tzinfo=UTC),
    language="vi",
)
GATEWAY = VNPayGateway()

keys = st.text("abcdefghijklmnopqrstuvwxyzABC", min_size=1, max_size=12).map("vnp_".__add__)
messages = st.dictionaries(
    keys.filter(lambda key: key not in vnpay.UNSIGNED),
    st.text(min_size=1, max_size=20),
    min_size=1,
    max_size=8,
)


@pytest.fixture(autouse=True)
def _known_contract(settings):
    settings.VNPAY = {
        "PAY_URL": "https://gateway.example/paymentv2/vpcpay.html",
        "TMN_CODE": "DEMO0001",
        "HASH_SECRET": SECRET,
    }


def signed(fields: dict[str, str]) -> dict[str, str]:
    return {**fields, vnpay.HASH: vnpay.sign(fields, SECRET)}


# --- Signing ---


def test_sign_gives_the_known_signature_of_the_worked_example():
    assert vnpay.sign(VECTOR, SECRET) == SIGNATURE


def test_redirect_is_the_worked_example():
    address = GATEWAY.redirect_url(ORDER)
    assert dict(parse_qsl(urlsplit(address).query)) == {**VECTOR, vnpay.HASH: SIGNATURE}


@given(messages, st.randoms())
def test_sign_ignores_the_order_of_fields(fields, random):
    shuffled = list(fields.items())
    random.shuffle(shuffled)
    assert vnpay.sign(dict(shuffled), SECRET) == vnpay.sign(fields, SECRET)


@given(messages)
def test_sign_leaves_out_empty_fields_and_the_hash(fields):
    more = {**fields, "vnp_ZZempty": "", "vnp_SecureHash": "x", "vnp_SecureHashType": "SHA512"}
    assert vnpay.sign(more, SECRET) == vnpay.sign(fields, SECRET)


@given(messages)
def test_verify_accepts_what_was_signed_and_sent(fields):
    query = vnpay.signed_query(fields, SECRET)
    assert vnpay.parse(query) == signed(fields)
    assert vnpay.verify(vnpay.parse(query), SECRET)


@given(messages, st.data())
def test_verify_refuses_a_changed_value(fields, data):
    key = data.draw(st.sampled_from(sorted(fields)))
    other = data.draw(st.text(max_size=20))
    assume(other != fields[key])
    assert not vnpay.verify({**signed(fields), key: other}, SECRET)


@given(messages, keys, st.text(min_size=1, max_size=5))
def test_verify_refuses_a_field_added_or_taken_away(fields, key, value):
    assume(key not in fields and key not in vnpay.UNSIGNED)
    assert not vnpay.verify({**signed(fields), key: value}, SECRET)
    assert not vnpay.verify({**signed({**fields, key: value}), key: ""}, SECRET)


@given(messages, st.integers(0, 127), st.sampled_from("0123456789abcdef"))
def test_verify_refuses_a_changed_hash(fields, place, letter):
    good = vnpay.sign(fields, SECRET)
    bad = good[:place] + letter + good[place + 1 :]
    assume(bad != good)
    assert not vnpay.verify({**fields, vnpay.HASH: bad}, SECRET)


@pytest.mark.parametrize("given_hash", ["", "00", "é" * 128, SIGNATURE[:-1], SIGNATURE + "0"])
def test_verify_refuses_a_hash_of_another_kind(given_hash):
    assert not vnpay.verify({**VECTOR, vnpay.HASH: given_hash}, SECRET)


def test_verify_accepts_a_hash_in_capitals():
    assert vnpay.verify({**VECTOR, vnpay.HASH: SIGNATURE.upper()}, SECRET)


def test_verify_ignores_fields_that_are_not_of_the_protocol():
    assert vnpay.verify({**VECTOR, vnpay.HASH: SIGNATURE, "utm_source": "mail"}, SECRET)


def test_verify_refuses_another_secret():
    assert not vnpay.verify(signed(VECTOR), "another")


# --- Reading ---


def test_read_gives_our_own_units():
    read = GATEWAY.read(vnpay.signed_query(ANSWER, SECRET))
    assert read == Message(
        provider="vnpay",
        reference="K7QD93MXAT4C6Y",
        amount=100_000,
        verdict=Verdict.PAID,
        code="00",
        gateway_reference="14226112",
        bank_code="NCB",
        paid_at=datetime(2026, 1, 5, 2, 5, 12, tzinfo=UTC),
    )


def test_read_refuses_our_own_request():
    assert GATEWAY.read(vnpay.signed_query(VECTOR, SECRET)) is None


@pytest.mark.parametrize(
    "raw", ["", "&&&", "=", "vnp_TxnRef", "%", "%ff%fe=%80", "x" * 5000, "a=1&" * 100, "\x00"]
)
def test_read_refuses_rubbish(raw):
    assert GATEWAY.read(raw) is None


def test_read_refuses_a_field_given_twice():
    query = vnpay.signed_query(ANSWER, SECRET)
    assert GATEWAY.read(query + "&vnp_ResponseCode=00") is None


@given(st.text(max_size=60))
def test_read_refuses_any_text(raw):
    assert GATEWAY.read(raw) is None


@pytest.mark.parametrize(
    ("code", "status", "verdict"),
    [
        ("00", "00", Verdict.PAID),
        ("00", "02", Verdict.FAILED),
        ("00", "01", Verdict.UNCLEAR),
        ("00", "04", Verdict.UNCLEAR),
        ("00", "", Verdict.UNCLEAR),
        ("07", "00", Verdict.UNCLEAR),
        ("07", "07", Verdict.UNCLEAR),
        ("24", "02", Verdict.FAILED),
        ("24", "00", Verdict.FAILED),
        ("51", "02", Verdict.FAILED),
        ("99", "", Verdict.FAILED),
    ],
)
def test_verdict_is_paid_for_two_zeros_and_unclear_for_money_perhaps_taken(code, status, verdict):
    fields = {**ANSWER, "vnp_ResponseCode": code, "vnp_TransactionStatus": status}
    assert GATEWAY.read(vnpay.signed_query(fields, SECRET)).verdict == verdict


# --- Amounts, times, words ---


@given(st.integers(1, 2_000_000_000))
def test_amount_is_read_as_it_was_written(amount):
    assert vnpay.read_amount(vnpay.write_amount(amount)) == amount


@pytest.mark.parametrize(
    "text", ["", "0", "-100", "100.00", "1e5", "10050", "٣٠٠", " 100", "0100", "1" * 40]
)
def test_amount_that_is_not_whole_dong_is_read_as_0(text):
    assert vnpay.read_amount(text) == 0


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))
def test_time_is_read_as_it_was_written(moment):
    assert vnpay.read_time(vnpay.write_time(moment)) == moment.replace(microsecond=0)


def test_time_is_written_in_gmt_7():
    assert vnpay.write_time(datetime(2026, 1, 4, 18, 30, tzinfo=UTC)) == "20260105013000"


@pytest.mark.parametrize(
    "text", ["", "20261301000000", "2026010509", "00000000000000", "2026010509051x"]
)
def test_time_that_is_none_is_read_as_none(text):
    assert vnpay.read_time(text) is None


def test_plain_keeps_case_and_drops_marks_and_signs():
    assert (
        vnpay.plain("Lệ phí  ĐĂNG KÝ “khai sinh” – hồ sơ #12/A")
        == "Le phi DANG KY khai sinh ho so 12 A"
    )


@given(st.text(max_size=400))
def test_plain_gives_ascii_of_bounded_length_and_is_stable(text):
    once = vnpay.plain(text)
    assert once.isascii()
    assert len(once) <= vnpay.MAX_ORDER_INFO
    assert vnpay.plain(once) == once


def test_redirect_of_the_same_order_is_the_same_address():
    assert GATEWAY.redirect_url(ORDER) == GATEWAY.redirect_url(ORDER)


@pytest.mark.parametrize(
    ("pay_url", "begins"),
    [
        ("https://gateway.example/pay", "https://gateway.example/pay?vnp_Amount="),
        ("https://gateway.example/pay?x=1", "https://gateway.example/pay?x=1&vnp_Amount="),
    ],
)
def test_redirect_keeps_the_query_of_the_pages_address(pay_url, begins, settings):
    settings.VNPAY = {**settings.VNPAY, "PAY_URL": pay_url}
    assert GATEWAY.redirect_url(ORDER).startswith(begins)


@pytest.mark.parametrize(("language", "locale"), [("vi", "vn"), ("en", "en"), ("km", "vn")])
def test_redirect_asks_for_the_language_of_the_page(language, locale):
    query = urlsplit(GATEWAY.redirect_url(replace(ORDER, language=language))).query
    assert vnpay.parse(query)["vnp_Locale"] == locale
