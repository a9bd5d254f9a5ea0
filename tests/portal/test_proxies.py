"""Requests that did not come through as many proxies as the settings say."""

import logging

import pytest

ABOUT = "/gioi-thieu/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        (0, None, 200),
        (0, "1.2.3.4", 200),
        (1, "1.2.3.4", 200),
        (1, "6.6.6.6, 1.2.3.4", 200),
        (2, "1.2.3.4, 10.0.0.1", 200),
        (1, None, 503),
        (1, " , ", 503),
        (2, "1.2.3.4", 503),
    ],
)
def test_request_that_too_few_proxies_signed_is_refused(
    client, settings, proxies, forwarded, status
):
    settings.TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert client.get(ABOUT, **headers).status_code == status


def test_refused_request_reads_an_honest_page(client, settings):
    settings.TRUSTED_PROXIES = 1
    page = client.get(ABOUT).content.decode()
    assert "đang được cài đặt chưa đúng" in page
    assert "cơ sở dữ liệu" not in page


@pytest.mark.parametrize("path", ["/suc-khoe/song"])
def test_health_is_asked_without_a_proxy(client, settings, path):
    settings.TRUSTED_PROXIES = 1
    assert client.get(path).status_code == 200


def test_refused_requests_write_one_line_that_names_the_setting(client, settings, caplog):
    settings.TRUSTED_PROXIES = 2
    with caplog.at_level(logging.ERROR, "portal.middleware"):
        for _turn in range(20):
            client.get(ABOUT, HTTP_X_FORWARDED_FOR="1.2.3.4")
    [line] = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert "TRUSTED_PROXIES is 2" in line
    assert "1 addresses" in line
