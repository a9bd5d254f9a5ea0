"""What a supervisor is told."""

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError, connection

from portal import health

pytestmark = pytest.mark.django_db


def test_live_needs_neither_database_nor_broker(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/suc-khoe/song")
    assert response.json() == {"status": "ok"}


def test_ready_names_each_part_and_leaves_no_file(client):
    response = client.get("/suc-khoe/san-sang")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "broker": "ok", "storage": "ok", "queue": "ok"}
    assert default_storage.listdir("suc-khoe") == ([], [])
    assert "no-cache" in response["Cache-Control"]


def test_ready_is_503_without_the_broker(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/suc-khoe/san-sang")
    assert response.status_code == 503
    assert response.json()["broker"] == "error"
    assert response.json()["database"] == "ok"


def test_ready_is_503_without_the_database(client, monkeypatch):
    def lost(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", lost)
    response = client.get("/suc-khoe/san-sang")
    assert response.status_code == 503
    assert response.json()["database"] == "error"
    assert response.json()["storage"] == "ok"


def test_ready_is_503_when_files_cannot_be_written(client, monkeypatch):
    def full(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    assert client.get("/suc-khoe/san-sang").json()["storage"] == "error"


def test_ready_is_503_when_the_outbox_waits_too_long(client, monkeypatch):
    monkeypatch.setattr(
        "dossiers.outbox.queue.oldest_waiting", lambda: health.MAX_QUEUE_SECONDS + 1
    )
    response = client.get("/suc-khoe/san-sang")
    assert response.status_code == 503
    assert response.json()["queue"] == "error"
