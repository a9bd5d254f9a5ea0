"""The accounts of people in the admin."""

import pytest
from django.urls import reverse

from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_person_admin_shows_the_fields_that_papers_print(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    other = UserFactory(full_name="Lê Thị Cửa")
    assert "Lê Thị Cửa" in client.get(reverse("admin:portal_user_changelist")).content.decode()
    page = client.get(reverse("admin:portal_user_change", args=[other.pk])).content.decode()
    assert 'name="title"' in page
    assert client.get(reverse("admin:portal_user_add")).status_code == 200


def test_person_admin_names_what_papers_cannot_print(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    other = UserFactory(full_name="Lê Thị Cửa")
    page = reverse("admin:portal_user_change", args=[other.pk])

    answer = client.post(page, {"username": other.username, "full_name": "Lê 王"})

    assert "không in được ký tự: 王" in answer.content.decode()
