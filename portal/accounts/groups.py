"""The groups of staff, made after every migrate: the roles of `dossiers.access`, and the editors.

What the roles may do is said by the table of moves, not by Django permissions. The editors of the
catalogue have the permissions of Django's admin.
"""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

from dossiers.access import GROUPS

EDITORS = "Biên tập danh mục"


def ensure_groups(sender=None, *, using: str = "default", apps=installed, **kwargs) -> None:
    """Create missing groups and give the editors all permissions on the catalogue; idempotent.

    A receiver of post_migrate. A migration to a state without groups does nothing here.
    """
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:
        return

    for name in GROUPS.values():
        group_model.objects.using(using).get_or_create(name=name)

    # Django creates permissions after migrate as well, perhaps after this receiver.
    create_permissions(installed.get_app_config("services"), verbosity=0, using=using, apps=apps)
    editors, _created = group_model.objects.using(using).get_or_create(name=EDITORS)
    permissions = permission_model.objects.using(using)
    editors.permissions.add(*permissions.filter(content_type__app_label="services"))
