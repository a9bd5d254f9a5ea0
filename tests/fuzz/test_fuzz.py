"""A fuzz of every address as each kind of person: no 5xx, nothing reflected, nobody else's data.

FUZZ_REQUESTS and FUZZ_SEED change the number of requests and what is sent; see docs/testing.md.
"""

import logging
import os
import random
from collections.abc import Iterator

import pytest
from django.urls import reverse

from dossiers.models import Dossier
from dossiers.states import State
from payments.models import GatewayMessage
from portal.logs import HideCodes, ShortRefusals
from portal.models import User
from tests.fuzz.malicious_input import Request as FuzzRequest
from tests.fuzz.malicious_input import deck
from tests.fuzz.people import OWNERS, PEOPLE, World, build
from tests.fuzz.run import Run, leaked

pytestmark = pytest.mark.django_db

FIXED_SEED = 20261125
SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(1_000_000))
REQUESTS = int(os.environ.get("FUZZ_REQUESTS") or 750)
IS_LONG = "FUZZ_REQUESTS" in os.environ  # then every card of the deck is dealt at least once
SEEDS = {"new": SEED} if IS_LONG else {"fixed": FIXED_SEED, "new": SEED}


@pytest.fixture
def world(settings, monkeypatch, run_queue) -> World:
    """All people. Limits on guessing are off: a fuzz that is told 429 finds nothing."""
    settings.ACCOUNT_RATE_LIMITS = False
    settings.LOOKUP_FAILURES_PER_HOUR = settings.SIGN_IN_FAILURES_PER_HOUR = 10**6
    settings.UNLOCK_FREE_TRIES = settings.SIGN_IN_FREE_TRIES = 10**6
    # The request class of the web server, which bears heads that Django's own does not. Its module
    # makes an application, which must find the settings of the tests.
    from portal.wsgi import Request

    monkeypatch.setattr("django.test.client.WSGIRequest", Request)
    # Papers that can be searched for marks, and cost nothing.
    monkeypatch.setattr("services.printing.to_pdf", readable_pdf)
    return build(run_queue)


def readable_pdf(html: str, *stylesheets) -> bytes:
    return b"%PDF-1.7\n" + html.encode()


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_fuzz_finds_no_fault_and_no_leak(world, seed, caplog, record_property):
    requests = max(REQUESTS, len(deck(seed))) if IS_LONG else REQUESTS
    caplog.handler.addFilter(ShortRefusals())
    caplog.handler.addFilter(HideCodes())
    with caplog.at_level(logging.INFO):
        report = Run(world, seed).go(requests)
    record_property("report", report.summary())

    assert not report.faults, report.told()
    assert not report.leaks, report.told()
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert {mark.text for mark in world.marks if mark.text in caplog.text} == set()
    assert set(report.reached) == set(PEOPLE)  # nobody was stopped at the door
    assert not [code for _person, code in report.statuses if code == 429], "a limit is on"


def test_marks_stand_on_pages_of_those_who_may_read_them(world):
    """A fuzz that looks for marks which stand nowhere would find no leak."""
    read = dict.fromkeys(PEOPLE, "")
    for person, path in pages_of(world):
        response = world.browsers[person].visit("GET", path)
        assert response.status_code == 200, (person, path)
        read[person] += response.body.decode("utf-8", "replace")

    unread = [
        mark.what
        for mark in world.marks
        if not any(mark.text in read[person] for person in mark.readers)
    ]
    assert unread == []


def pages_of(world: World) -> Iterator[tuple[str, str]]:
    """Yield (person, path) of pages on which each reads what is theirs to read."""
    for owner in OWNERS:
        for dossier in world.dossiers[owner]:
            yield from ((owner, path) for path in pages_of_owner(dossier))
            if dossier.state != State.DRAFT:
                yield "desk", reverse("admin:dossiers_dossier_change", args=[dossier.pk])
    for user in User.objects.filter(is_staff=False):
        yield "superuser", reverse("admin:portal_user_change", args=[user.pk])
    for message in GatewayMessage.objects.all():
        yield "case", reverse("admin:payments_gatewaymessage_change", args=[message.pk])


def pages_of_owner(dossier: Dossier) -> Iterator[str]:
    """Yield the pages and files of an applicant."""
    code = dossier.tracking_code
    for file in dossier.attachments.all():
        yield reverse("dossiers:file", args=[code, file.pk])
    for paper in dossier.documents.all():
        yield reverse("dossiers:paper", args=[code, paper.pk])
    yield reverse("dossiers:track", args=[code])
    if dossier.state == State.DRAFT:
        for number in (1, 2, 3, 4):
            yield reverse("dossiers:fill", args=[dossier.service.slug, code, number])


# --- The fuzz itself: does it find what it looks for? ---


def test_run_finds_a_page_that_fails(world, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr("services.models.ServiceQuerySet.published", fail)
    report = Run(world, FIXED_SEED).go(60)
    assert any("RuntimeError: a bug" in fault for fault in report.faults)


def test_run_finds_a_page_that_tells_too_much(world, monkeypatch):
    monkeypatch.setattr("dossiers.access.has_access", lambda request, dossier: True)
    draft = world.dossiers["citizen"][0]
    run = Run(world, FIXED_SEED)
    path = reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, 1])
    request = FuzzRequest("neighbour", "GET", path)
    what = {mark.what for mark in leaked(run.hidden["neighbour"], request, run.send(request))}
    assert {"name of a draft", "citizen id of a draft", "telephone of a draft"} <= what
    assert "tracking code" not in what  # it was asked for by its code


def test_deck_of_a_seed_is_always_the_same():
    assert deck(7) == deck(7) != deck(8)
