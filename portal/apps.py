from django.apps import AppConfig, apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models.signals import post_migrate


class QuickStaticFilesConfig(StaticFilesConfig):
    """Leaves out what Bootstrap's package brings and no page asks for; compressing it took most of a first start."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "bootstrap/js/*",
        "bootstrap-*",
        "*.rtl.*",
        "bootstrap/css/bootstrap.css*",
    ]


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Cổng dịch vụ công"

    def ready(self):
        from portal import checks, groups  # noqa: F401 - registering the system checks is that import's only effect

        post_migrate.connect(
            groups.ensure, sender=apps.get_app_config("services"), dispatch_uid="portal.groups"
        )
