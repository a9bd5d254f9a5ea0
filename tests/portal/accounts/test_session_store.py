"""A session that is gone and a database that is gone are two things."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from portal.accounts.session_store import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> SessionStore:
    store = SessionStore()
    store["a"] = 1
    store.save()
    return store


def lose_database(monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Session, "save", fail)


def test_session_that_was_deleted_meanwhile_is_interrupted(store):
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()


def test_session_that_meets_a_lost_database_says_so(store, monkeypatch):
    lose_database(monkeypatch)
    with pytest.raises(OperationalError):
        store.save()


def test_page_whose_session_meets_a_lost_database_is_503_and_never_400(
    client, desk_officer, monkeypatch, time_machine
):
    client.force_login(desk_officer)
    client.get(reverse("admin:index"))
    time_machine.move_to(timezone.now() + timedelta(minutes=5))  # the session is written again
    lose_database(monkeypatch)
    client.raise_request_exception = False
    response = client.get(reverse("admin:index"))
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
