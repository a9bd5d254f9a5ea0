from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Cổng dịch vụ công"

    def ready(self):
        from portal import checks  # noqa: F401 - registering the system checks is the import's only effect
