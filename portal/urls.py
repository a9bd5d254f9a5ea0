"""Every address of the portal. Vietnamese has no prefix; the same paths in English stand under /en/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal import views

# The health pages speak no language; they stand here because a namespace can be included only once.
portal_patterns = [
    path("", views.home, name="home"),
    path("gioi-thieu/", views.about, name="about"),
    path("suc-khoe/song", views.live, name="live"),
    path("suc-khoe/san-sang", views.ready, name="ready"),
]

urlpatterns = [
    # Django's "view on site" leads any member of staff to the page of any row, and so tells tracking codes.
    path("admin/r/<path:row>/", views.no_shortcut),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include((portal_patterns, "portal"))),
        path("dich-vu/", include("services.urls")),
        path("", include("dossiers.urls")),
        path("thanh-toan/", include("payments.urls")),
        path("tai-khoan/", include("allauth.urls")),
        prefix_default_language=False,
    ),
]

if settings.MOCK_GATEWAY:
    urlpatterns += [path("cong-thanh-toan-mo-phong/", include("payments.gateways.mock.urls"))]

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"
