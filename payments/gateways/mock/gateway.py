"""The mock provider: plays the bank by speaking VNPay's side of the protocol to this same site."""

from collections.abc import Sequence

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.urls import reverse

from payments.gateways.base import Message
from payments.gateways.vnpay import VNPayGateway


class MockGateway(VNPayGateway):
    provider = "mock"
    name = "Ngân hàng thử nghiệm"
    is_play_money = True

    @property
    def is_ready(self) -> bool:
        return bool(settings.MOCK_GATEWAY)

    @property
    def pay_url(self) -> str:
        return f"{settings.SITE_URL}{reverse('mock_gateway:pay')}"

    def read(self, raw: str) -> Message | None:
        # It signs with VNPay's secret: where the mock is off, nothing may be paid in play money.
        return super().read(raw) if self.is_ready else None

    def check_production(self) -> Sequence[CheckMessage]:
        return [
            Error(
                "PAYMENT_PROVIDER is the mock: nobody could pay a fee.",
                hint="Set PAYMENT_PROVIDER to the gateway that the authority has a contract with.",
                id="payments.E004",
            )
        ]
