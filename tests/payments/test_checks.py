"""System checks of the gateway that new payments go to."""

import pytest
from django.conf import settings

from payments.checks import payment_provider

PROVIDERS = ["vnpay", "mock"]


@pytest.fixture
def in_production(settings):
    """A production that is set up as it should be; each test spoils one thing."""
    settings.PRODUCTION = True
    settings.PAYMENT_PROVIDER = "vnpay"
    settings.VNPAY = {
        **settings.VNPAY,
        "TMN_CODE": "BATO0001",
        "HASH_SECRET": "a-secret-of-its-own",
        "PAY_URL": "https://gateway.example.vn/pay",
    }
    return settings


def codes() -> list[str | None]:
    return [error.id for error in payment_provider(None)]


def test_payment_provider_set_up_for_production_passes(in_production):
    assert codes() == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_payment_provider_may_keep_its_defaults_in_development(provider, settings):
    settings.PRODUCTION, settings.PAYMENT_PROVIDER = False, provider
    assert codes() == []


@pytest.mark.parametrize("production", [True, False])
def test_payment_provider_of_no_gateway_is_refused_everywhere(production, settings):
    settings.PRODUCTION, settings.PAYMENT_PROVIDER = production, "nobody"
    assert codes() == ["payments.E001"]


@pytest.mark.parametrize("secret", ["", settings.DEVELOPMENT_VNPAY_SECRET])
def test_payment_provider_with_a_known_secret_is_refused(secret, in_production):
    in_production.VNPAY = {**in_production.VNPAY, "HASH_SECRET": secret}
    assert codes() == ["payments.E002"]


def test_payment_provider_without_an_address_is_refused(in_production):
    in_production.VNPAY = {**in_production.VNPAY, "PAY_URL": ""}
    assert codes() == ["payments.E003"]


def test_payment_provider_with_an_address_in_clear_is_refused(in_production):
    in_production.VNPAY = {**in_production.VNPAY, "PAY_URL": "http://gateway.example.vn/pay"}
    assert codes() == ["payments.E005"]


@pytest.mark.parametrize("code", ["", settings.DEMO_VNPAY_TMN_CODE])
def test_payment_provider_without_a_code_of_ours_is_refused(code, in_production):
    in_production.VNPAY = {**in_production.VNPAY, "TMN_CODE": code}
    assert codes() == ["payments.E006"]


def test_payment_provider_in_play_money_is_refused_in_production(in_production):
    in_production.PAYMENT_PROVIDER = "mock"
    assert codes() == ["payments.E004"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_payment_provider_errors_say_what_to_do(provider, in_production):
    in_production.PAYMENT_PROVIDER = provider
    in_production.VNPAY = {
        "PAY_URL": "",
        "HASH_SECRET": in_production.DEVELOPMENT_VNPAY_SECRET,
    }
    errors = payment_provider(None)
    assert errors
    assert all(error.hint for error in errors)
