"""How each queue stands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dossiers.models import OutboxJob
from dossiers.moves import Queue
from dossiers.outbox import figures, leases
from tests.dossiers.factories import DossierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still_clock(time_machine):
    time_machine.move_to("2026-02-11T03:00:00Z", tick=False)


def test_figures_name_every_queue_also_empty_ones(django_assert_num_queries):
    with django_assert_num_queries(2):
        found = figures.by_queue()
    assert found == {queue: figures.QueueFigures(queue) for queue in Queue.values}


def test_figures_say_how_long_the_oldest_row_of_a_queue_has_been_due(time_machine):
    DossierFactory()
    time_machine.shift(40)
    DossierFactory(email="")
    found = figures.by_queue()
    assert (found["mail"].due, found["mail"].oldest_due) == (1, 40)
    assert (found["papers"].due, found["papers"].oldest_due) == (2, 40)
    OutboxJob.objects.filter(channel="paper").update(status="done")
    assert figures.by_queue()["papers"].oldest_due == 0


def test_figures_tell_what_has_a_worker_or_is_put_off_from_what_is_due(time_machine):
    for _dossier in range(3):
        DossierFactory(email="")
    claimed, put_off, given_up = OutboxJob.objects.order_by("pk")
    leases.claim(claimed.pk)
    leases.put_off(put_off.pk, 90)
    OutboxJob.objects.filter(pk=given_up.pk).update(status="failed")
    time_machine.shift(60)
    papers = figures.by_queue()["papers"]
    assert (papers.due, papers.oldest_due, papers.later, papers.given_up) == (0, 0, 2, 1)
    assert papers.oldest == 60
    time_machine.move_to(timezone.now() + timedelta(seconds=31), tick=False)
    assert figures.by_queue()["papers"].oldest_due == 1
