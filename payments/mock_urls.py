"""Mounted only where MOCK_GATEWAY is on; a system check refuses that in production."""

from django.urls import path

from payments import mock_gateway

app_name = "mock_gateway"

urlpatterns = [
    path("", mock_gateway.pay, name="pay"),
    path("ket-thuc/", mock_gateway.finish, name="finish"),
]
