"""The groups of staff after a migration."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from dossiers.access import GROUPS
from portal.accounts import groups
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_groups_are_there_after_migrate():
    assert set(Group.objects.values_list("name", flat=True)) >= {*GROUPS.values(), groups.EDITORS}


def test_ensure_groups_is_idempotent():
    before = set(Group.objects.values_list("name", "permissions__codename"))
    groups.ensure_groups()
    groups.ensure_groups()
    assert set(Group.objects.values_list("name", "permissions__codename")) == before


def test_groups_that_were_removed_are_made_by_the_next_migrate():
    Group.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert Group.objects.count() == len(GROUPS) + 1


def test_editors_may_change_the_catalogue_and_nothing_else():
    editor = UserFactory(is_staff=True)
    editor.groups.add(Group.objects.get(name=groups.EDITORS))
    for verb in ("view", "add", "change", "delete"):
        for model in ("service", "paper", "fee", "field", "agency", "formtemplate", "specialday"):
            assert editor.has_perm(f"services.{verb}_{model}")
    assert all(permission.startswith("services.") for permission in editor.get_all_permissions())


def test_roles_have_no_permission_of_django():
    assert not Group.objects.filter(name__in=GROUPS.values(), permissions__isnull=False).exists()
