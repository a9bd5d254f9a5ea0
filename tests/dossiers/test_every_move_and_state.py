"""Every move and every state is rendered everywhere it is read.

A move or a state that is added to the tables comes into these tests by itself. Each is looked at
where people meet it: the applicant's pages, the staff's pages, its letter and its paper.
"""

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from dossiers import checks
from dossiers.models import Document, Dossier, OutboxJob
from dossiers.moves import MOVES, Action
from dossiers.officer import forms
from dossiers.outbox import mail
from dossiers.papers import render
from dossiers.states import STATES, Role, State
from tests.dossiers.factories import WAY_TO, DossierFactory, act
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "django.contrib.auth.backends.ModelBackend"


def after(action: Action) -> Dossier:
    """Return a dossier that has just made the move, by its shortest way."""
    move = action.move
    state = min(move.sources, key=lambda source: len(WAY_TO[source]))
    dossier = DossierFactory(service=ServiceFactory(paid=True), state=state)
    if action == Action.DELIVER:
        dossier = act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM)
    return act(dossier, action, min(move.roles))


@pytest.fixture(params=["vi", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize("action", list(Action))
def test_move_is_read_by_its_applicant(action, client, language):
    dossier = after(action)
    client.post(
        reverse("dossiers:lookup"), {"ma": dossier.tracking_code, "xac_minh": dossier.phone[-4:]}
    )

    page = client.get(reverse("dossiers:track", args=[dossier.tracking_code]))

    assert page.status_code == 200
    assert str(action.move.sentence) in page.content.decode()
    assert str(State(dossier.state).record.next_step) in page.content.decode()


@pytest.mark.parametrize("action", list(Action))
def test_move_is_read_by_staff(action, client, desk_officer):
    dossier = after(action)
    client.force_login(desk_officer, backend=SIGN_IN)

    page = client.get(reverse("admin:dossiers_dossier_change", args=[dossier.pk]))

    assert page.status_code == 200
    assert str(action.label) in page.content.decode()


@pytest.mark.parametrize("action", [action for action in Action if MOVES[action].letter])
def test_move_has_a_letter_that_can_be_written(action):
    dossier = after(action)

    job = OutboxJob.objects.filter(channel="mail", event__dossier=dossier).last()
    subject, body = mail.compose(job)

    assert job.letter == action.move.letter
    assert dossier.tracking_code in subject
    assert dossier.applicant_name in body


@pytest.mark.parametrize("action", [action for action in Action if MOVES[action].paper])
def test_move_has_a_paper_that_can_be_printed(action):
    dossier = after(action)

    document = Document.objects.filter(dossier=dossier).order_by("pk").last()

    assert document.kind == action.move.paper
    assert render.to_pdf(render.html_of(document)).startswith(b"%PDF-")


OFFICERS_MOVES = [
    (action, role)
    for action, move in MOVES.items()
    for role in sorted(move.roles - {Role.CITIZEN, Role.SYSTEM})
]


@pytest.mark.parametrize(("action", "role"), OFFICERS_MOVES)
def test_move_has_a_page_for_the_officer(action, role, client, desk_officer, case_officer, leader):
    state = min(action.move.sources, key=lambda source: len(WAY_TO[source]))
    dossier = DossierFactory(state=state)
    officer = {Role.DESK: desk_officer, Role.CASE: case_officer, Role.LEADER: leader}[role]
    client.force_login(officer, backend=SIGN_IN)

    page = client.get(reverse("admin:dossiers_dossier_act", args=[dossier.pk, action.value]))

    assert page.status_code == 200
    for consequence in forms.consequences(action, dossier):
        assert escape(consequence) in page.content.decode()


@pytest.mark.parametrize("state", list(State))
def test_state_is_read_by_its_applicant(state, client, language):
    dossier = DossierFactory(state=state)

    page = client.get(reverse("dossiers:track", args=[dossier.tracking_code]))

    assert page.status_code == 200
    assert str(STATES[state].wording) in page.content.decode()


@pytest.mark.parametrize("state", sorted(set(State) - {State.DRAFT}))
def test_state_is_read_by_staff(state, client, desk_officer):
    dossier = DossierFactory(state=state)
    client.force_login(desk_officer, backend=SIGN_IN)

    for address in (
        reverse("admin:dossiers_dossier_change", args=[dossier.pk]),
        reverse("admin:dossiers_dossier_changelist") + "?viec=tat-ca",
        reverse("admin:dossiers_dossier_changelist") + f"?trang-thai={state}",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert str(STATES[state].wording) in page.content.decode()


# --- The system check ---


def test_check_finds_the_tables_complete():
    assert checks.tables_are_complete(None) == []


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("dossiers.checks.MOVES", Action.START),
        ("dossiers.checks.STATES", State.RECEIVED),
        ("dossiers.checks.EFFECTS", Action.START),
        ("dossiers.checks.FORMS", "reason"),
        ("dossiers.checks.CONTEXTS", Document.Kind.RECEIPT),
        ("dossiers.checks.TASK_FOR", OutboxJob.Channel.MAIL),
    ],
)
def test_check_names_a_missing_key(table, key, monkeypatch):
    _module, name = table.rsplit(".", 1)
    left = dict(getattr(checks, name))
    del left[key]
    monkeypatch.setattr(table, left)

    errors = checks.tables_are_complete(None)

    assert any(repr(key) in error.msg or str(key) in error.msg for error in errors)


def test_check_names_a_letter_without_a_template(monkeypatch):
    from dataclasses import replace

    moves = {**MOVES, Action.START: replace(MOVES[Action.START], letter="unwritten")}
    monkeypatch.setattr(checks, "MOVES", moves)

    errors = checks.tables_are_complete(None)

    assert any("dossiers/outbox/unwritten.subject.txt" in error.msg for error in errors)
