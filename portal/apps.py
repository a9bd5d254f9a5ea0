from django.apps import AppConfig, apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models.signals import post_migrate


class QuickStaticFilesConfig(StaticFilesConfig):
    """Leaves out the files of Bootstrap that no page uses: compressing them is slow."""

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
        from allauth.account.signals import password_reset
        from allauth.mfa.signals import authenticator_removed
        from django.contrib.auth.signals import user_logged_in

        from portal import checks  # noqa: F401 - the import registers the system checks
        from portal.accounts import groups, sign_in_limits, sign_up, staff

        user_logged_in.connect(staff.note_sign_in, dispatch_uid="portal.accounts.staff")
        authenticator_removed.connect(staff.look_again, dispatch_uid="portal.accounts.staff")
        post_migrate.connect(
            groups.ensure_groups,
            sender=apps.get_app_config("services"),
            dispatch_uid="portal.accounts.groups",
        )
        for receiver in (sign_in_limits.password_was_reset, sign_up.confirm_by_reset):
            password_reset.connect(receiver, dispatch_uid=receiver.__qualname__)
