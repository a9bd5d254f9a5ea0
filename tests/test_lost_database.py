"""PostgreSQL goes away in the middle of a request, at each of its statements in turn.

Each time an honest 503, or the answer of the provider's protocol, and nothing half-written.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from dossiers.applicant import drafts
from dossiers.applicant.application import Application
from dossiers.models import Document, Dossier, Event, OutboxJob
from dossiers.moves import Action
from dossiers.states import Role, State
from payments.models import GatewayMessage, LedgerEntry, Payment
from portal.models import User
from tests.bad_values import Browser
from tests.dossiers.factories import DossierFactory, pdf_file
from tests.payments.factories import open_payment, paid_dossier, signed_message
from tests.portal.factories import UserFactory
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db

SIGN_IN = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "mot-mat-khau-dai"
MAX_STATEMENTS = 120
# Django's own words about a transaction; a lost connection cannot refuse to be rolled back.
TRANSACTION = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
ROWS = (Dossier, Event, OutboxJob, Document, Payment, LedgerEntry, GatewayMessage, User)


class LosesAt:
    """Raises OperationalError at the n-th statement and at every later one, as a lost server."""

    def __init__(self, number: int):
        self.number = number
        self.seen = 0

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        if sql.startswith(TRANSACTION):
            return execute(sql, params, many, context)
        self.seen += 1
        if self.seen >= self.number:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)


@contextmanager
def lost_at(number: int) -> Iterator[LosesAt]:
    loses = LosesAt(number)
    with connection.execute_wrapper(loses):
        yield loses


@dataclass
class Page:
    """One request of a kind, and who makes it."""

    browser: Browser
    method: str
    path: str
    data: dict[str, Any] | None = None


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend=SIGN_IN)
    return browser


def public() -> Page:
    service = ServiceFactory(online=True)
    return Page(Browser(), "GET", reverse("services:detail", args=[service.slug]))


def home() -> Page:
    return Page(Browser(), "GET", "/")


def lookup() -> Page:
    dossier = DossierFactory(state=State.RECEIVED)
    data = {"ma": dossier.tracking_code, "xac_minh": dossier.phone[-4:]}
    return Page(Browser(), "POST", reverse("dossiers:lookup"), data)


def wrong_lookup() -> Page:
    return Page(Browser(), "POST", reverse("dossiers:lookup"), {"ma": "K7QD-93MX-AT4C"})


def track() -> Page:
    dossier = DossierFactory(state=State.RECEIVED)
    return Page(Browser(), "GET", dossier.get_absolute_url())


def start() -> Page:
    service = ServiceFactory(online=True)
    return Page(Browser(), "POST", reverse("dossiers:apply", args=[service.slug]), {})


def draft_step(step: int, data: dict[str, Any]) -> Page:
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd")
    owner = UserFactory()
    draft = DossierFactory(service=service, owner=owner, state=State.DRAFT)
    path = reverse("dossiers:fill", args=[service.slug, draft.tracking_code, step])
    return Page(signed_in(owner), "POST", path, data)


def questions() -> Page:
    return draft_step(2, {"noi_dung": "Một nội dung khác"})


def upload() -> Page:
    return draft_step(3, {"slot": "cccd", "tep-cccd": pdf_file()})


def send() -> Page:
    owner = UserFactory()
    draft = DossierFactory(owner=owner, state=State.DRAFT)
    last = len(Application(draft).steps)
    path = reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, last])
    data = {"declared": "on", "reviewed": drafts.offer_digest(draft)}
    return Page(signed_in(owner), "POST", path, data)


def mine() -> Page:
    owner = UserFactory()
    DossierFactory(owner=owner)
    return Page(signed_in(owner), "GET", reverse("dossiers:mine"))


def checkout() -> Page:
    dossier = paid_dossier()
    path = reverse("payments:checkout", args=[dossier.tracking_code])
    return Page(Browser(), "POST", path, {})


def admin_list() -> Page:
    DossierFactory()
    path = reverse("admin:dossiers_dossier_changelist")
    return Page(signed_in(UserFactory(role=Role.DESK)), "GET", f"{path}?han=qua-han")


def admin_payments() -> Page:
    open_payment(paid_dossier())
    path = reverse("admin:payments_payment_changelist")
    return Page(signed_in(UserFactory(role=Role.DESK)), "GET", f"{path}?needs_refund__exact=0")


def admin_dossier() -> Page:
    path = reverse("admin:dossiers_dossier_change", args=[DossierFactory().pk])
    return Page(signed_in(UserFactory(role=Role.DESK)), "GET", path)


def admin_act() -> Page:
    path = reverse("admin:dossiers_dossier_act", args=[DossierFactory().pk, Action.RECEIVE])
    return Page(signed_in(UserFactory(role=Role.DESK)), "POST", path, {"note": ""})


def sign_in() -> Page:
    user = UserFactory(is_staff=True)
    user.set_password(PASSWORD)
    user.save()
    data = {"login": user.username, "password": PASSWORD}
    return Page(Browser(), "POST", reverse("account_login"), data)


def sign_up() -> Page:
    data = {"email": "moi@example.vn", "password1": PASSWORD, "password2": PASSWORD}
    return Page(Browser(), "POST", reverse("account_signup"), data)


PAGES = [
    home,
    public,
    lookup,
    wrong_lookup,
    track,
    start,
    questions,
    upload,
    send,
    mine,
    checkout,
    admin_list,
    admin_payments,
    admin_dossier,
    admin_act,
    sign_in,
    sign_up,
]


def written() -> tuple:
    """What a request could write half of: how many rows of each kind, and how dossiers stand."""
    counts = tuple(model._default_manager.count() for model in ROWS)
    stand = Dossier.objects.order_by("pk").values_list("state", "fee_paid", "answers")
    return counts, list(stand)


def ask(page: Page, number: int) -> tuple[int, bytes, bool, tuple]:
    """Lose the database at a statement: status and body, whether it came so far, what is written.

    Afterwards everything is as before.
    """
    cookies = page.browser.cookies.copy()
    data = {**page.data} if page.data is not None else None
    for value in (data or {}).values():
        if hasattr(value, "seek"):
            value.seek(0)
    with transaction.atomic():
        with lost_at(number) as loses:
            response = getattr(page.browser, page.method.lower())(page.path, data)
            body = response.content
        transaction.set_rollback(False)  # set by a save that failed outside a transaction of ours
        after = written()
        transaction.set_rollback(True)
    page.browser.cookies = cookies
    return response.status_code, body, loses.seen >= number, after


@pytest.mark.parametrize("page_of", PAGES)
def test_page_that_loses_the_database_is_503_at_every_statement(page_of):
    page = page_of()
    before = written()
    status, _body, _is_lost, whole = ask(page, MAX_STATEMENTS)
    assert status in (200, 302, 303, 422)

    statuses, halves = [], []
    for number in range(1, MAX_STATEMENTS):
        status, _body, is_lost, after = ask(page, number)
        if not is_lost:
            break
        statuses.append(status)
        if after not in (before, whole):
            halves.append((number, after))
    assert set(statuses) == {503}
    assert halves == []


def test_call_of_the_provider_that_loses_the_database_is_asked_for_again():
    """Whatever is lost, money is booked wholly or not at all, and "99" makes the provider repeat.

    The raw message is kept before anything is done about it.
    """
    payment = open_payment(paid_dossier())
    path = f"{reverse('payments:ipn')}?{signed_message(payment)}"
    page = Page(Browser(), "GET", path)
    (dossiers, events, jobs, papers, payments, entries, messages, people), stand = written()
    kept = (dossiers, events, jobs, papers, payments, entries, messages + 1, people), stand
    nothing = (dossiers, events, jobs, papers, payments, entries, messages, people), stand
    _status, body, _is_lost, whole = ask(page, MAX_STATEMENTS)
    assert json.loads(body)["RspCode"] == "00"

    answers = []
    for number in range(1, MAX_STATEMENTS):
        status, body, is_lost, after = ask(page, number)
        if not is_lost:
            break
        answers.append((status, json.loads(body)["RspCode"]))
        assert after in (nothing, kept, whole)
    assert set(answers) == {(200, "99")}
