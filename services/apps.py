from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Danh mục dịch vụ công")

    def ready(self) -> None:
        from services import checks  # noqa: F401 - importing registers the system checks
