"""Mounted only where MOCK_GATEWAY is on; a system check refuses that in production."""

from django.urls import path

from payments.gateways.mock import bank

app_name = "mock_gateway"

urlpatterns = [
    path("", bank.pay, name="pay"),
    path("ket-thuc/", bank.finish, name="finish"),
]
