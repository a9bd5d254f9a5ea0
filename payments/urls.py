"""Addresses of payments, under /thanh-toan/; without a provider, of that of new payments."""

from django.urls import path

from payments import views

app_name = "payments"

urlpatterns = [
    path("ket-qua/", views.returned, name="returned"),
    path("ipn/", views.ipn, name="ipn"),
    path("<slug:provider>/ket-qua/", views.returned, name="returned_from"),
    path("<slug:provider>/ipn/", views.ipn, name="ipn_of"),
    path("<str:tracking>/", views.checkout, name="checkout"),
]
