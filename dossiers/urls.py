from django.urls import path

from dossiers.applicant import (
    account,
    downloads,
    fill,
    lookup,
    sent,
    start,
    supplement,
    track,
    unlock,
    withdraw,
)

app_name = "dossiers"

urlpatterns = [
    path("nop-ho-so/<slug:slug>/", start.start_application, name="apply"),
    path("nop-ho-so/<slug:slug>/<str:tracking>/<int:number>/", fill.fill, name="fill"),
    path("tra-cuu/", lookup.lookup, name="lookup"),
    path("ho-so/<str:tracking>/", track.track, name="track"),
    path("ho-so/<str:tracking>/da-gui/", sent.sent, name="sent"),
    path("ho-so/<str:tracking>/bo-sung/", supplement.supplement, name="supplement"),
    path("ho-so/<str:tracking>/rut/", withdraw.withdraw, name="withdraw"),
    path("ho-so/<str:tracking>/dang-nhap/", unlock.sign_in, name="sign_in"),
    path("ho-so/<str:tracking>/dong/", track.close, name="close"),
    path("ho-so/<str:tracking>/tep/<int:pk>/", downloads.download, name="file"),
    path("ho-so/<str:tracking>/giay-to/<int:pk>/", downloads.paper, name="paper"),
    path("ho-so-cua-toi/", account.mine, name="mine"),
]
