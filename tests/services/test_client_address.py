"""The visitor's address, behind proxies of ours and without."""

import pytest

from services.client_address import client_address, client_network


@pytest.fixture
def visit(rf):
    def make(address: str = "10.0.0.9", **headers: str):
        return rf.get("/", REMOTE_ADDR=address, **headers)

    return make


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, " , ", "10.0.0.9"),
        (1, "1.2.3.4:5678", "1.2.3.4"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_forwarded_address_is_believed_for_our_own_proxies_alone(
    visit, settings, proxies, forwarded, address
):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(visit(HTTP_X_FORWARDED_FOR=forwarded)) == address


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("203.113.1.1", "203.113.1.2", False),
        ("203.113.1.1", "203.113.1.1:4711", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.113.1.1", "203.113.1.1", True),
        ("::ffff:203.113.1.1", "::ffff:203.113.1.2", False),
    ],
)
def test_network_is_what_one_subscriber_gets(visit, first, second, same):
    assert (client_network(visit(first)) == client_network(visit(second))) is same


@pytest.mark.parametrize("address", ["", "unix:", "‮", "x" * 5000, "1.2.3.4.5", "[", ":"])
def test_address_that_is_none_is_a_network_all_the_same(visit, address):
    assert isinstance(client_network(visit(address)), str)
