"""The groups of staff, there after every migrate: three roles of `dossiers.access`, and the catalogue's editors.

What the three roles may do is not kept as Django permissions: the table of moves says it. Editors are plain Django.
"""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

from dossiers.access import GROUPS

EDITORS = "Biên tập danh mục"


def ensure(sender=None, *, using: str = "default", apps=installed, **kwargs) -> None:
    """Create what is missing and give the editors all permissions on the catalogue; a second call changes nothing.

    Called after migrate, and once by hand in a migration that has not come so far as to have groups: then it waits.
    """
    try:
        group_model, permission_model = (
            apps.get_model("auth", "Group"),
            apps.get_model("auth", "Permission"),
        )
    except LookupError:
        return
    for name in GROUPS.values():
        group_model.objects.using(using).get_or_create(name=name)
    # Django makes permissions after migrate as well, perhaps later than this.
    create_permissions(installed.get_app_config("services"), verbosity=0, using=using, apps=apps)
    editors, _created = group_model.objects.using(using).get_or_create(name=EDITORS)
    editors.permissions.add(
        *permission_model.objects.using(using).filter(content_type__app_label="services")
    )
