"""The sign-in of staff."""

import pytest
from django.urls import reverse

from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db

LOGIN = reverse("admin:login")


def sign_in(client, password: str):
    return client.post(LOGIN, {"username": "motcua", "password": password})


@pytest.fixture
def officer():
    user = UserFactory(username="motcua", is_staff=True)
    user.set_password("mot-mat-khau-dai")
    user.save()
    return user


def test_staff_sign_in_leads_to_the_first_page(client, officer):
    assert sign_in(client, "mot-mat-khau-dai").status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


def test_staff_sign_in_refuses_a_citizen(client, citizen):
    citizen.set_password("mot-mat-khau-dai")
    citizen.save()
    answer = client.post(LOGIN, {"username": citizen.username, "password": "mot-mat-khau-dai"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_staff_sign_in_slows_down_guesses(client, officer):
    for _attempt in range(4):
        assert sign_in(client, "sai").status_code == 200
    assert "Hãy thử lại sau" in sign_in(client, "mot-mat-khau-dai").content.decode()
    assert "_auth_user_id" not in client.session
