"""The mock provider: plays the bank by speaking VNPay's side of the protocol to this same site."""

from django.conf import settings
from django.urls import reverse

from payments.gateways.vnpay import VNPayGateway


class MockGateway(VNPayGateway):
    provider = "mock"
    is_play_money = True

    @property
    def pay_url(self) -> str:
        return settings.SITE_URL + reverse("mock_gateway:pay")
