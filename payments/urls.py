from django.urls import path

from payments import views

app_name = "payments"

urlpatterns = [
    path("ket-qua/", views.returned, name="returned"),
    path("ipn/", views.ipn, name="ipn"),
    path("<str:tracking>/", views.checkout, name="checkout"),
]
