"""What Prometheus reads: whether each part works, and how each queue stands."""

from collections.abc import Iterator

import redis
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from dossiers.moves import Queue
from dossiers.outbox import figures, queue
from portal import probes


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in the text format of Prometheus, to whoever shows METRICS_TOKEN; 404 to others."""
    shown = request.headers.get("Authorization", "")
    expected = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not constant_time_compare(shown, expected):
        raise Http404
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class PortalCollector(Collector):
    """Counts at the moment it is asked; nothing is kept between two questions."""

    def collect(self) -> Iterator[Metric]:
        answers = probes.ask_all()
        up = GaugeMetricFamily("portal_up", "1: this part of the portal works", labels=["part"])
        for part, error in answers.items():
            up.add_metric([part], 0 if error else 1)
        yield up

        if not answers["database"]:
            yield from job_metrics()
        if not answers["broker"]:
            yield from broker_metrics()

    def describe(self) -> list[Metric]:
        return []  # known without asking, so that registering asks nothing


def job_metrics() -> Iterator[Metric]:
    """Yield the figures of the outbox, by queue."""
    families = {
        "due": "Jobs that could be worked on now",
        "oldest_due": "For how many seconds the first of them has been due",
        "later": "Jobs that a worker has, or that wait after a failure",
        "oldest": "How many seconds ago the first job was written that is not done",
        "given_up": "Jobs that were given up and wait for a person",
    }
    by_queue = figures.by_queue()
    for name, text in families.items():
        unit = "_seconds" if name.startswith("oldest") else ""
        family = GaugeMetricFamily(f"portal_jobs_{name}{unit}", text, labels=["queue"])
        for queue_name, queue_figures in by_queue.items():
            family.add_metric([queue_name], getattr(queue_figures, name))
        yield family


def broker_metrics() -> Iterator[Metric]:
    """Yield how many messages wait in the broker, by queue; nothing when it fails meanwhile."""
    family = GaugeMetricFamily(
        "portal_queue_messages", "Messages that wait in the broker", labels=["queue"]
    )
    try:
        for name in Queue.values:
            family.add_metric([name], queue.length(name))
    except redis.RedisError:
        return
    yield family


REGISTRY = CollectorRegistry()
REGISTRY.register(PortalCollector())
