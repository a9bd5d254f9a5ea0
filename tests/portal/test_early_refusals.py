"""What is refused before any view: a page in the language of its address, with every header."""

import re

import pytest
from django.test import Client

from portal.web.bridge import TOO_LARGE_KEY

pytestmark = pytest.mark.django_db

HEADERS = [
    "Content-Security-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
]


def nul_in_the_address(client, settings, prefix):
    return client.get(f"{prefix}/dich-vu/?q=%00")


def too_few_proxies(client, settings, prefix):
    settings.TRUSTED_PROXIES = 1
    return client.get(f"{prefix}/dich-vu/")


def unknown_host(client, settings, prefix):
    return client.get(f"{prefix}/dich-vu/", HTTP_HOST="evil.example")


def body_too_large(client, settings, prefix):
    return client.post(f"{prefix}/tra-cuu/", **{TOO_LARGE_KEY: True})


def no_csrf_token(client, settings, prefix):
    return Client(enforce_csrf_checks=True).post(f"{prefix}/tra-cuu/", {"ma": "x"})


REFUSALS = {
    nul_in_the_address: 400,
    unknown_host: 400,
    no_csrf_token: 403,
    body_too_large: 413,
    too_few_proxies: 503,
}


@pytest.mark.parametrize(("refused", "status"), REFUSALS.items())
@pytest.mark.parametrize(("before", "prefix", "language"), [("/en", "", "vi"), ("", "/en", "en")])
def test_early_refusal_has_the_headers_and_the_language_of_its_address(
    client, settings, refused, status, before, prefix, language
):
    client.get(f"{before}/gioi-thieu/")  # the same thread answered in the other language
    response = refused(client, settings, prefix)
    assert response.status_code == status
    assert re.search(r'<html lang="(\w+)"', response.content.decode())[1] == language
    assert [name for name in HEADERS if name not in response] == []
