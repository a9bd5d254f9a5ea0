"""Addresses of the catalogue, under /dich-vu/."""

from django.urls import path

from services import views

app_name = "services"

urlpatterns = [
    path("", views.service_list, name="list"),
    path("muc-do-3-4/", views.online, name="online"),
    path("muc-do-1-2/", views.offline, name="offline"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/bieu-mau/<int:pk>/", views.template, name="template"),
]
