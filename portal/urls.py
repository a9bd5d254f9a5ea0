"""Every address of the portal: Vietnamese without a prefix, English under /en/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal import health, metrics, pages

# The health pages have no words to translate. They stand here all the same, since a namespace can
# be included only once.
portal_patterns = [
    path("", pages.home, name="home"),
    path("gioi-thieu/", pages.about, name="about"),
    path("suc-khoe/song", health.live, name="live"),
    path("suc-khoe/san-sang", health.ready, name="ready"),
    path("suc-khoe/so-do", metrics.metrics, name="metrics"),
]

urlpatterns = [
    # Django's "view on site" redirects any member of staff to the page of any row, and the address
    # of a dossier's page holds its tracking code.
    path("admin/r/<path:row>/", pages.no_view_on_site),
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

handler400 = "portal.pages.bad_request"
handler403 = "portal.pages.forbidden"
handler404 = "portal.pages.not_found"
handler500 = "portal.pages.server_error"
