from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.utils.translation import gettext_lazy as _


class DossiersConfig(AppConfig):
    name = "dossiers"
    verbose_name = _("Hồ sơ")

    def ready(self) -> None:
        from dossiers import checks, grants  # noqa: F401 - importing registers the system checks

        user_logged_out.connect(grants.forget_on_sign_out, dispatch_uid="dossiers.grants")
