from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Cổng dịch vụ công"

    def ready(self):
        from portal import checks, groups  # noqa: F401 - registering the system checks is that import's only effect

        post_migrate.connect(groups.ensure, sender=apps.get_app_config("services"), dispatch_uid="portal.groups")
