"""The providers that payments can go through."""

from django.conf import settings

from payments.gateways.base import Gateway
from payments.gateways.mock.gateway import MockGateway
from payments.gateways.vnpay import VNPayGateway

GATEWAYS: dict[str, type[Gateway]] = {
    VNPayGateway.provider: VNPayGateway,
    MockGateway.provider: MockGateway,
}


class UnknownProvider(LookupError):
    """There is no provider of this name, or it is not switched on."""


def get_gateway(provider: str) -> Gateway:
    """Return the gateway of a provider. Raises UnknownProvider; the mock is one only where on."""
    if provider not in GATEWAYS or (provider == MockGateway.provider and not settings.MOCK_GATEWAY):
        raise UnknownProvider(provider)
    return GATEWAYS[provider]()


def default_gateway() -> Gateway:
    """Return the gateway of new payments: the real one where it is set up, else the mock.

    Raises UnknownProvider when neither is there: nobody can pay online.
    """
    if VNPayGateway.is_set_up():
        return VNPayGateway()
    return get_gateway(MockGateway.provider)
