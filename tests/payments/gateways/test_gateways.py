"""What every provider owes, and that no word of one provider stands outside its module."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from payments.gateways import GATEWAYS, UnknownProvider, default_gateway, get_gateway
from payments.gateways.base import NotSupported, Outcome

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
def test_gateway_says_plainly_what_it_cannot_do(provider):
    gateway, now = get_gateway(provider), timezone.now()
    assert (gateway.can_query, gateway.can_refund) == (False, False)
    with pytest.raises(NotSupported):
        gateway.query("HS1", created_at=now)
    with pytest.raises(NotSupported):
        gateway.refund("HS1", 1000, gateway_reference="14226112", created_at=now)


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
