from django.urls import path

from dossiers import apply_views, views

app_name = "dossiers"

urlpatterns = [
    path("nop-ho-so/<slug:slug>/", apply_views.apply, name="apply"),
    path("nop-ho-so/<slug:slug>/<str:tracking>/<int:number>/", apply_views.fill, name="fill"),
    path("tra-cuu/", views.lookup, name="lookup"),
    path("ho-so/<str:tracking>/", views.track, name="track"),
    path("ho-so/<str:tracking>/da-gui/", views.sent, name="sent"),
    path("ho-so/<str:tracking>/bo-sung/", views.supplement, name="supplement"),
    path("ho-so/<str:tracking>/rut/", views.withdraw, name="withdraw"),
    path("ho-so/<str:tracking>/dong/", views.close, name="close"),
    path("ho-so/<str:tracking>/tep/<int:pk>/", views.download, name="file"),
    path("ho-so/<str:tracking>/giay-to/<int:pk>/", views.paper, name="paper"),
    path("ho-so-cua-toi/", views.mine, name="mine"),
]
