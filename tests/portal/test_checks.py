"""What production refuses."""

import pytest

from portal import checks
from portal.checks import mail_reaches_people, production


@pytest.fixture
def in_production(settings, monkeypatch):
    """A production that is set up as it should be; each test spoils one thing."""
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    settings.PRODUCTION = settings.STAFF_MFA_REQUIRED = True
    settings.DEBUG = False
    settings.SECRET_KEY = "a-key-of-its-own-" + "x" * 40
    settings.ALLOWED_HOSTS = ["dichvucong.bato.gov.vn"]
    settings.SITE_URL = "https://dichvucong.bato.gov.vn"
    settings.HTTPS = True
    settings.TRUSTED_PROXIES = 1
    settings.MOCK_GATEWAY = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return settings


def codes() -> list[str]:
    return [error.id for error in production(None)]


def test_production_with_its_own_settings_passes(in_production):
    assert codes() == []


def test_each_refusal_has_a_code_of_its_own(in_production):
    known = [code for _wrong, code, _sentence, _hint in checks._rules()]
    assert len(known) == len(set(known))


def test_development_may_keep_its_defaults(settings):
    settings.PRODUCTION = False
    settings.DEBUG = True
    assert codes() == []


def test_production_refuses_the_development_key(in_production):
    in_production.SECRET_KEY = in_production.DEVELOPMENT_SECRET_KEY
    assert codes() == ["portal.E001"]


def test_production_refuses_a_demo_password(in_production, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "batoportal")
    assert codes() == ["portal.E002"]


def test_production_refuses_the_mock_gateway(in_production):
    in_production.MOCK_GATEWAY = True
    assert codes() == ["portal.E003"]


@pytest.mark.parametrize("backend", ["filebased", "console", "locmem", "dummy"])
def test_production_refuses_mail_that_reaches_nobody(in_production, backend):
    in_production.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert codes() == ["portal.E005"]


def test_production_refuses_staff_without_a_second_factor(in_production):
    in_production.STAFF_MFA_REQUIRED = False
    assert codes() == ["portal.E013"]


def test_production_refuses_debug(in_production):
    in_production.DEBUG = True
    assert codes() == ["portal.E006"]


@pytest.mark.parametrize("key", ["abc", "x" * 60])
def test_production_refuses_a_key_that_can_be_guessed(in_production, key):
    in_production.SECRET_KEY = key
    assert codes() == ["portal.E007"]


@pytest.mark.parametrize("hosts", [["*"], ["dichvucong.bato.gov.vn", "*"]])
def test_production_refuses_to_answer_to_every_host(in_production, hosts):
    in_production.ALLOWED_HOSTS = hosts
    assert codes() == ["portal.E008"]


@pytest.mark.parametrize(
    "site", ["http://dichvucong.bato.gov.vn", "https://localhost", "https://127.0.0.1:8000", ""]
)
def test_production_refuses_a_site_that_nobody_reaches_safely(in_production, site):
    in_production.ALLOWED_HOSTS = ["dichvucong.bato.gov.vn", "localhost", "127.0.0.1"]
    in_production.SITE_URL = site
    assert "portal.E009" in codes()


def test_production_refuses_a_site_of_another_host(in_production):
    in_production.SITE_URL = "https://bato.gov.vn"
    assert codes() == ["portal.E010"]


def test_production_takes_a_host_with_a_wildcard_below_it(in_production):
    in_production.ALLOWED_HOSTS = [".bato.gov.vn"]
    assert codes() == []


def test_production_refuses_http(in_production):
    in_production.HTTPS = False
    assert codes() == ["portal.E011"]


@pytest.mark.parametrize("proxies", [0, -1])
def test_production_refuses_https_without_a_proxy(in_production, proxies):
    in_production.TRUSTED_PROXIES = proxies
    assert codes() == ["portal.E012"]


def test_production_errors_say_what_to_do(in_production, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "batoportal")
    in_production.DEBUG = in_production.MOCK_GATEWAY = True
    assert all(error.hint for error in production(None))


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({}, []),
        ({"EMAIL_HOST": "mail", "EMAIL_PORT": 1025}, ["portal.W001"]),
        ({"DEFAULT_FROM_EMAIL": "Dịch vụ công <khong-tra-loi@bato.example.vn>"}, ["portal.W002"]),
        ({"DEFAULT_FROM_EMAIL": "khong-tra-loi@example.com"}, ["portal.W002"]),
    ],
)
def test_deployment_is_warned_of_mail_that_reaches_nobody(settings, changes, warned):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp.bato.gov.vn", 587
    settings.DEFAULT_FROM_EMAIL = "Dịch vụ công <khong-tra-loi@bato.gov.vn>"
    for name, value in changes.items():
        setattr(settings, name, value)

    assert [warning.id for warning in mail_reaches_people(None)] == warned
