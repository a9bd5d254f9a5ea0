"""What every provider owes, and that no word of one provider stands outside its module."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from payments.gateways import GATEWAYS, UnknownProvider, default_gateway, get_gateway
from payments.gateways.base import NotSupported, Order, Outcome

ROOT = Path(settings.BASE_DIR)
PROTOCOL_WORDS = re.compile(r"vnp_|VNPAY|VNPay|RspCode", re.IGNORECASE)
FREE_OF_PROTOCOL = sorted(
    [
        *ROOT.glob("services/**/*.py"),
        *ROOT.glob("dossiers/**/*.py"),
        *ROOT.glob("payments/*.py"),
        *ROOT.glob("templates/*/*.html"),
        *ROOT.glob("templates/dossiers/**/*.*"),
    ]
)


@pytest.mark.parametrize("provider", GATEWAYS)
@pytest.mark.parametrize("outcome", list(Outcome))
def test_gateway_has_a_reply_for_every_outcome(provider, outcome):
    assert get_gateway(provider).reply(outcome)


@pytest.mark.parametrize("provider", GATEWAYS)
def test_gateway_says_why_a_payment_failed_whatever_the_code(provider):
    assert str(get_gateway(provider).reason("no such code"))


@pytest.mark.parametrize("provider", GATEWAYS)
def test_gateway_stands_under_its_name_which_fits_addresses_and_rows(provider):
    assert get_gateway(provider).provider == provider
    assert re.fullmatch(r"[a-z0-9-]{1,20}", provider)


@pytest.mark.parametrize("provider", GATEWAYS)
def test_gateway_has_a_name_of_its_own_for_staff(provider):
    assert [gateway.name for gateway in GATEWAYS.values()].count(get_gateway(provider).name) == 1


@pytest.mark.parametrize("provider", GATEWAYS)
@pytest.mark.parametrize("raw", ["", "a=1", "{}", "[", "\x00", "%ff", "é" * 4000])
def test_gateway_reads_no_message_out_of_rubbish(provider, raw):
    assert get_gateway(provider).read(raw) is None


@pytest.mark.parametrize("provider", GATEWAYS)
def test_gateway_gives_the_same_address_for_the_same_order(provider):
    now = timezone.now()
    order = Order(
        reference="K7QD93MXAT4C6Y",
        amount=100_000,
        description="Thu phí hồ sơ",
        return_url="https://portal.example.vn/thanh-toan/ket-qua/",
        client_address="203.0.113.7",
        created_at=now,
        expires_at=now + timedelta(minutes=15),
        language="vi",
    )
    gateway = get_gateway(provider)
    assert gateway.redirect_url(order) == gateway.redirect_url(replace(order))


@pytest.mark.parametrize("provider", [name for name in GATEWAYS if not GATEWAYS[name].can_query])
def test_gateway_that_cannot_query_says_so(provider):
    with pytest.raises(NotSupported):
        get_gateway(provider).query("HS1", created_at=timezone.now())


@pytest.mark.parametrize("provider", [name for name in GATEWAYS if not GATEWAYS[name].can_refund])
def test_gateway_that_cannot_refund_says_so(provider):
    now = timezone.now()
    with pytest.raises(NotSupported):
        get_gateway(provider).refund("HS1", 1000, gateway_reference="14226112", created_at=now)


@pytest.mark.parametrize("path", FREE_OF_PROTOCOL, ids=lambda path: str(path.relative_to(ROOT)))
def test_protocol_words_stand_in_the_module_of_their_provider_alone(path):
    assert PROTOCOL_WORDS.findall(path.read_text(encoding="utf-8")) == []


def test_default_gateway_is_the_one_of_the_settings(settings):
    assert default_gateway().provider == "mock"
    settings.PAYMENT_PROVIDER = "vnpay"
    assert default_gateway().provider == "vnpay"


@pytest.mark.parametrize("provider", ["", "nobody", "VNPAY"])
def test_get_gateway_refuses_an_unknown_name(provider):
    with pytest.raises(UnknownProvider):
        get_gateway(provider)


@pytest.mark.django_db
def test_ipn_of_a_named_provider_is_answered_in_its_protocol(client):
    assert client.get("/thanh-toan/vnpay/ipn/?a=1").json()["RspCode"] == "97"
    assert client.get("/thanh-toan/nobody/ipn/?a=1").status_code == 404
