"""The providers that payments can go through. A new one is a module here and a line below."""

from django.conf import settings

from payments.gateways.base import Gateway
from payments.gateways.mock.gateway import MockGateway
from payments.gateways.vnpay import VNPayGateway

GATEWAYS: dict[str, Gateway] = {
    VNPayGateway.provider: VNPayGateway(),
    MockGateway.provider: MockGateway(),
}


class UnknownProvider(LookupError):
    """There is no gateway of this name."""


def get_gateway(provider: str) -> Gateway:
    """Return the gateway of a provider. Raises UnknownProvider."""
    if provider not in GATEWAYS:
        raise UnknownProvider(provider)
    return GATEWAYS[provider]


def default_gateway() -> Gateway:
    """Return the gateway of new payments, set up or not. Raises UnknownProvider."""
    return get_gateway(settings.PAYMENT_PROVIDER)
