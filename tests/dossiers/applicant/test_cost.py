"""What one page of sending costs, counted: statements, parses, looks at the papers, module changes.

A module change is one call of a function of ours in another module than the call before it. It
tells how often somebody who follows the data has to turn to another file.
"""

import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossiers import answers
from dossiers.models import Dossier
from services import form_spec
from tests.dossiers.factories import APPLICANT, image_file
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db

MAX_STATEMENTS_OF_REVIEW = 8
MAX_MODULE_CHANGES_OF_SENDING = 45
REVIEW = 4
ROOMS = tuple(str(Path(settings.BASE_DIR) / room) for room in ("dossiers", "payments", "services"))


@pytest.fixture
def service():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd", name="Ảnh chụp căn cước")
    return service


@pytest.fixture
def draft(client, service) -> Dossier:
    """A draft that is filled in up to its review."""
    client.post(reverse("dossiers:apply", args=[service.slug]))
    draft = Dossier.objects.get()
    client.post(page(draft, 1), {**APPLICANT, "delivery": "desk"})
    client.post(page(draft, 2), {"noi_dung": "Xin cấp sổ"})
    client.post(page(draft, 3), {"slot": "cccd", "tep-cccd": image_file()})
    return draft


def page(draft: Dossier, number: int) -> str:
    return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, number])


@pytest.mark.parametrize("number", [1, 2, 3, REVIEW])
def test_page_of_sending_is_looked_at_without_a_lock_or_a_write(client, draft, number):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(page(draft, number)).status_code == 200

    statements = [query["sql"] for query in captured]
    assert not [sql for sql in statements if "FOR UPDATE" in sql]
    assert not [sql for sql in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_review_parses_once_and_looks_at_the_papers_once(client, draft, monkeypatch):
    calls: Counter[str] = Counter()

    def counted(module, name):
        original = getattr(module, name)

        def count(*args, **kwargs):
            calls[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, count)

    counted(form_spec, "parse")
    counted(answers, "papers")
    with CaptureQueriesContext(connection) as captured:
        client.get(page(draft, REVIEW))

    assert calls == {"parse": 1, "papers": 1}
    assert len(captured) <= MAX_STATEMENTS_OF_REVIEW


def test_sending_changes_module_seldom(client, draft):
    reviewed = client.get(page(draft, REVIEW)).context["form"]["reviewed"].value()

    changes = module_changes(
        lambda: client.post(page(draft, REVIEW), {"declared": "on", "reviewed": reviewed})
    )

    assert Dossier.objects.get().state == "submitted"
    assert len(changes) <= MAX_MODULE_CHANGES_OF_SENDING, "\n".join(changes)


def module_changes(work) -> list[str]:
    """Do `work` and return the modules of ours that its calls went to, each change once."""
    visited: list[str] = []

    def watch(frame, event, argument) -> None:
        file = frame.f_code.co_filename
        is_ours = file.startswith(ROOMS) and "/templatetags/" not in file
        if event == "call" and is_ours and visited[-1:] != [file]:
            visited.append(file)

    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(None)
    return [str(Path(file).relative_to(settings.BASE_DIR)) for file in visited]
