"""The address of whoever asks: the only place that reads REMOTE_ADDR and X-Forwarded-For."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# The network that one subscriber gets: whoever has one IPv6 address has as many as they like.
NETWORK_BITS = {4: 32, 6: 64}


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address; what is no address comes back as it stands, perhaps "".

    X-Forwarded-For is believed for as many steps as there are proxies of ours. A request that
    fewer proxies have signed is refused before (portal.middleware.RequireProxies), so that the
    proxy's own address is never taken for a visitor's.
    """
    forwarded = forwarded_addresses(request)
    if settings.TRUSTED_PROXIES and len(forwarded) >= settings.TRUSTED_PROXIES:
        return _without_port(forwarded[-settings.TRUSTED_PROXIES])
    return _without_port(request.META.get("REMOTE_ADDR", ""))


def forwarded_addresses(request: HttpRequest) -> list[str]:
    """Return what X-Forwarded-For holds, the nearest proxy's entry last."""
    header = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return [part.strip() for part in header.split(",") if part.strip()]


def client_network(request: HttpRequest) -> str:
    """Return the network that limits per network count by: an IPv4 address, an IPv6 /64.

    What is no address (a Unix socket, or what a proxy made up) is counted as it stands.
    """
    address = client_address(request)
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ipaddress.ip_network(f"{found}/{NETWORK_BITS[found.version]}", strict=False))


def _without_port(address: str) -> str:
    """Some proxies write the port as well: with it, each connection would be another visitor."""
    host, separator, port = address.rpartition(":")
    has_port = bool(separator) and port.isdigit() and (host.endswith("]") or ":" not in host)
    return (host if has_port else address).strip("[]")
