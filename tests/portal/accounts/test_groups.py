"""The groups of staff after a migration, and the staff's sign-in."""

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from dossiers.access import GROUPS
from portal.accounts import groups
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_after_migrating_the_three_roles_and_the_editors_are_there():
    assert set(Group.objects.values_list("name", flat=True)) >= {*GROUPS.values(), groups.EDITORS}


def test_making_them_again_changes_nothing():
    before = set(Group.objects.values_list("name", "permissions__codename"))
    groups.ensure_groups()
    groups.ensure_groups()
    assert set(Group.objects.values_list("name", "permissions__codename")) == before


def test_a_group_that_was_removed_is_there_again_after_the_next_migrate():
    Group.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert Group.objects.count() == len(GROUPS) + 1


def test_editors_may_do_everything_with_the_catalogue_and_nothing_else():
    editor = UserFactory(is_staff=True)
    editor.groups.add(Group.objects.get(name=groups.EDITORS))
    for verb in ("view", "add", "change", "delete"):
        for model in ("service", "paper", "fee", "field", "agency", "formtemplate", "specialday"):
            assert editor.has_perm(f"services.{verb}_{model}")
    assert all(permission.startswith("services.") for permission in editor.get_all_permissions())


def test_roles_hold_no_permission_of_django():
    assert not Group.objects.filter(name__in=GROUPS.values(), permissions__isnull=False).exists()


# --- The staff's sign-in ---

LOGIN = reverse("admin:login")


def sign_in(client, password: str):
    return client.post(LOGIN, {"username": "motcua", "password": password})


@pytest.fixture
def officer():
    user = UserFactory(username="motcua", is_staff=True)
    user.set_password("mot-mat-khau-dai")
    user.save()
    return user


def test_staff_sign_in_and_reach_their_first_page(client, officer):
    assert sign_in(client, "mot-mat-khau-dai").status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_citizen_does_not_get_in_by_the_staffs_door(client, citizen):
    citizen.set_password("mot-mat-khau-dai")
    citizen.save()
    answer = client.post(LOGIN, {"username": citizen.username, "password": "mot-mat-khau-dai"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_passwords_cannot_be_tried_one_after_another(client, officer):
    cache.clear()
    for _attempt in range(6):
        assert sign_in(client, "sai").status_code == 200
    assert sign_in(client, "mot-mat-khau-dai").status_code == 200
    assert "_auth_user_id" not in client.session
    cache.clear()


def test_accounts_are_edited_with_the_fields_that_papers_print(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    other = UserFactory(full_name="Lê Thị Cửa")
    assert "Lê Thị Cửa" in client.get(reverse("admin:portal_user_changelist")).content.decode()
    page = client.get(reverse("admin:portal_user_change", args=[other.pk])).content.decode()
    assert 'name="title"' in page
    assert client.get(reverse("admin:portal_user_add")).status_code == 200
