"""What Prometheus reads."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dossiers.models import OutboxJob
from dossiers.outbox import figures
from portal import probes
from tests.dossiers.factories import DossierFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/suc-khoe/so-do"
TOKEN = "mot-ma-dai-va-kho-doan"


@pytest.fixture
def token(settings) -> dict[str, str]:
    settings.METRICS_TOKEN = TOKEN
    return {"authorization": f"Bearer {TOKEN}"}


def read(client, headers) -> dict[tuple[str, str], float]:
    """The value of each metric, by its name and label."""
    response = client.get(ADDRESS, headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(response.content.decode())
    samples = [sample for family in families for sample in family.samples]
    return {(one.name, *one.labels.values()): one.value for one in samples}


@pytest.mark.parametrize("shown", [None, "", f"Bearer {TOKEN}x", "Bearer ", TOKEN, "Bearer ế"])
def test_metrics_are_not_found_without_the_token(client, token, shown):
    headers = {} if shown is None else {"authorization": shown}
    assert client.get(ADDRESS, headers=headers).status_code == 404


@pytest.mark.parametrize("shown", [None, "Bearer ", "Bearer None"])
def test_metrics_are_not_found_while_no_token_is_set(client, settings, shown):
    settings.METRICS_TOKEN = ""
    headers = {} if shown is None else {"authorization": shown}
    assert client.get(ADDRESS, headers=headers).status_code == 404


def test_metrics_tell_each_queue(client, token, time_machine):
    time_machine.move_to("2026-02-11T03:00:00Z", tick=False)
    DossierFactory()
    DossierFactory(email="")
    OutboxJob.objects.filter(channel="mail").update(status="failed")
    time_machine.shift(40)
    values = read(client, token)
    assert values["portal_jobs_due", "papers"] == 2
    assert values["portal_jobs_oldest_due_seconds", "papers"] == 40
    assert values["portal_jobs_oldest_seconds", "papers"] == 40
    assert values["portal_jobs_given_up", "mail"] == 1
    assert values["portal_jobs_due", "counter"] == 0
    assert ("portal_queue_messages", "default") in values


def test_metrics_tell_which_part_fails_and_go_on(client, token, monkeypatch):
    def fail():
        raise ConnectionError("gone")

    def not_asked():
        raise AssertionError("the database is gone")

    monkeypatch.setattr(probes.PARTS[0], "ask", fail)
    monkeypatch.setattr(figures, "by_queue", not_asked)
    values = read(client, token)
    assert (values["portal_up", "database"], values["portal_up", "broker"]) == (0, 1)
