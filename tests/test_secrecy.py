"""Nobody reads of a dossier what is not theirs.

No page, file, paper, mail head, error page or log line tells it.
"""

import importlib
import logging

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.test import Client
from django.urls import reverse

from dossiers.models import Dossier, OutboxJob
from dossiers.moves import Action
from dossiers.states import Role, State
from portal import settings as settings_module
from portal.logs import HideCodes
from portal.models import User
from tests.bad_values import Browser, filled
from tests.dossiers.factories import APPLICANT, WAY_TO, DossierFactory, act, attach, pdf_file
from tests.payments.factories import open_payment, paid_dossier, signed_message
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db

LAST_FOUR = APPLICANT["phone"][-4:]
SECRETS = [*APPLICANT.values(), "Câu trả lời kín", "tep-kin", "Lời nhắn kín"]
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
}


@pytest.fixture(autouse=True)
def _patient(settings):
    settings.ACCOUNT_RATE_LIMITS = False
    settings.LOOKUP_FAILURES_PER_HOUR = settings.SIGN_IN_FAILURES_PER_HOUR = 10**6
    settings.UNLOCK_FREE_TRIES = settings.SIGN_IN_FREE_TRIES = 10**6


def secret_dossier(state: State, owner: User | None = None) -> Dossier:
    """A dossier that was led to `state`, with an answer, a file and words between people.

    Each known by its name.
    """
    dossier = paid_dossier(State.DRAFT, owner=owner, answers={"noi_dung": "Câu trả lời kín"})
    attach(dossier, "giay-to-khac", pdf_file("tep-kin.pdf"))
    for action, role in WAY_TO[state]:
        if action == Action.DELIVER:
            dossier = act(dossier, Action.RECORD_PAYMENT, Role.SYSTEM)
        dossier = act(dossier, action, role, note="Lời nhắn kín")
    return dossier


def unlock(client: Client, code: str, digits: str = LAST_FOUR):
    return client.post(reverse("dossiers:lookup"), {"ma": code, "xac_minh": digits})


def told(response) -> str:
    """Everything that an answer says, heads too."""
    return "\n".join(
        [response.body.decode("utf-8", "replace"), *map(str, response.headers.values())]
    )


# --- Strangers ---


def strangers() -> dict[str, Browser]:
    """People who know the code at most.

    A visitor, a neighbour with an account, staff to whom no role was given.
    """
    who = {
        "a visitor": None,
        "a neighbour": UserFactory(),
        "staff without a role": UserFactory(is_staff=True),
    }
    browsers = {name: Browser() for name in who}
    for name, user in who.items():
        if user:
            browsers[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browsers


@pytest.mark.parametrize("state", [State.DRAFT, State.SUPPLEMENT, State.APPROVED])
def test_no_address_tells_a_stranger_who_applied_and_with_what(state, run_queue, citizen):
    dossier = secret_dossier(state, owner=citizen)
    run_queue()
    rows = [
        {"pk": row.pk, "file": row.pk}
        for row in (*dossier.attachments.all(), *dossier.documents.all())
    ]
    leaks = []
    for name, browser in strangers().items():
        for path in {path for row in rows for path in filled(dossier, **row)}:
            text = told(browser.visit("GET", path))
            leaks += [f"{name}: {path}: {secret}" for secret in SECRETS if secret in text]
    assert leaks == []


def test_number_of_a_row_leads_nobody_to_its_tracking_code():
    """Django's admin has a way from any row to its page.

    Any member of staff could walk through all dossiers.
    """
    dossier = DossierFactory()
    kind = ContentType.objects.get_for_model(Dossier).pk
    for browser in strangers().values():
        response = browser.visit("GET", f"/admin/r/{kind}/{dossier.pk}/")
        assert dossier.tracking_code not in told(response)


def test_editor_still_gets_from_a_service_to_its_page(admin_client):
    service = DossierFactory().service
    page = admin_client.get(
        reverse("admin:services_service_change", args=[service.pk])
    ).content.decode()
    assert f'href="{service.get_absolute_url()}"' in page


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
def test_pages_about_paying_tell_the_amount_and_no_person(client, state):
    dossier = secret_dossier(state)
    payment = open_payment(dossier)
    pages = [
        client.get(reverse("payments:checkout", args=[dossier.tracking_code])),
        client.get(client.post(reverse("payments:checkout", args=[dossier.tracking_code])).url),
        client.get(f"{reverse('payments:returned')}?{signed_message(payment)}"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "đồng" in page.content.decode()
        assert [secret for secret in SECRETS if secret in page.content.decode()] == []
    assert dossier.tracking_code not in pages[1].content.decode()


def test_official_number_with_the_second_factor_opens_nothing(client):
    dossier = secret_dossier(State.RECEIVED)
    response = unlock(client, dossier.official_number)
    assert response.status_code == 422
    assert dossier.tracking_code not in response.content.decode()
    assert client.get(reverse("dossiers:sent", args=[dossier.tracking_code])).status_code == 403


def test_key_to_one_dossier_opens_no_file_of_another(client, run_queue):
    mine, other = secret_dossier(State.APPROVED), secret_dossier(State.APPROVED)
    run_queue()
    unlock(client, mine.tracking_code)
    for name, row in (("file", other.attachments.get()), ("paper", other.documents.first())):
        assert (
            client.get(reverse(f"dossiers:{name}", args=[other.tracking_code, row.pk])).status_code
            == 403
        )
        assert (
            client.get(reverse(f"dossiers:{name}", args=[mine.tracking_code, row.pk])).status_code
            == 404
        )


def test_head_of_a_mail_tells_no_code(run_queue):
    dossier = secret_dossier(State.RECEIVED)
    run_queue()
    assert mail.outbox
    for row, one in zip(
        OutboxJob.objects.filter(channel="mail").order_by("pk"), mail.outbox, strict=True
    ):
        heads = "\n".join(f"{name}: {value}" for name, value in one.message().items())
        assert dossier.tracking_code not in one.message()["Message-ID"]
        assert dossier.citizen_id not in heads + one.body
        assert dossier.phone not in heads + one.body
        assert one.to == [row.recipient]


@pytest.mark.parametrize(
    "way", [str, str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " ")]
)
def test_no_log_tells_the_code_of_an_address_however_it_is_written(client, caplog, way):
    dossier = secret_dossier(State.SUBMITTED)
    written = way(dossier.tracking_code)
    caplog.handler.addFilter(HideCodes())
    with caplog.at_level(logging.DEBUG):
        assert client.get(f"/ho-so/{written}/da-gui/").status_code == 403
    assert "Forbidden" in caplog.text
    assert written not in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []


# --- Sessions, redirects, forms ---


def test_whoever_slipped_cookies_into_the_browser_does_not_read_along(client):
    """Session fixation: what opens a dossier is a cookie that only this browser is sent."""
    dossier = secret_dossier(State.SUBMITTED)
    attacker = Client()
    attacker.post(reverse("dossiers:apply", args=[DossierFactory().service.slug]))
    client.cookies = attacker.cookies.copy()
    unlock(client, dossier.tracking_code)
    assert client.get(reverse("dossiers:sent", args=[dossier.tracking_code])).status_code == 200
    assert attacker.get(reverse("dossiers:sent", args=[dossier.tracking_code])).status_code == 403


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(7)"],
)
def test_sign_in_leads_to_no_other_site(client, target):
    user = UserFactory(is_staff=True)
    user.set_password("mat-khau-thu")
    user.save()
    for path, field in ((reverse("account_login"), "login"), (reverse("admin:login"), "username")):
        client.logout()
        response = client.post(
            f"{path}?next={target}",
            {field: user.username, "password": "mat-khau-thu", "next": target},
        )
        assert response.status_code == 302
        assert "evil" not in response.url
        assert "javascript" not in response.url


@pytest.mark.parametrize(
    "path", ["//evil.example", "/%5Cevil.example", "/en//evil.example", "//evil.example/%2e%2e"]
)
def test_no_address_of_ours_leads_to_another_site(client, path):
    response = client.get(path)
    assert response.headers.get("Location", "/").startswith("/")
    assert not response.headers.get("Location", "/").startswith(("//", "/\\"))
    assert 'href="//evil' not in response.content.decode()


def test_every_post_but_the_gateways_call_needs_its_token(citizen):
    dossier = secret_dossier(State.SUPPLEMENT, owner=citizen)
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
    open_doors = [
        path
        for path in filled(dossier)
        if browser.visit("POST", path, {"a": "1"}).status_code not in (302, 403, 404, 405)
    ]
    assert open_doors == [reverse("payments:ipn")]


# --- What goes with every answer ---


def test_every_answer_carries_the_heads_that_protect_its_reader(citizen, monkeypatch):
    dossier = secret_dossier(State.SUPPLEMENT, owner=citizen)
    browser = Browser()
    browser.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
    answers = [browser.visit("GET", path) for path in filled(dossier)]
    answers += [
        browser.visit("GET", "/", HTTP_HOST="evil.example"),
        browser.visit("GET", "/dich-vu/?q=%00"),
    ]
    answers += [
        browser.visit("GET", "/khong-co/"),
        browser.visit("GET", "/tra-cuu"),
        browser.visit("POST", "/"),
    ]

    def fail(*args, **kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr("services.models.ServiceQuerySet.published", fail)
    answers.append(browser.visit("GET", "/dich-vu/"))
    monkeypatch.setattr(
        "django.contrib.messages.middleware.MessageMiddleware.process_response", fail
    )
    answers.append(browser.visit("GET", "/gioi-thieu/"))
    assert {200, 302, 301, 400, 404, 405, 500} <= {answer.status_code for answer in answers}
    naked = [
        (answer.request["PATH_INFO"], name)
        for answer in answers
        for name, value in HEADERS.items()
        if value not in answer.headers.get(name, "")
    ]
    assert naked == []


def test_what_is_personal_is_never_kept_by_a_cache(citizen):
    dossier = secret_dossier(State.SUPPLEMENT, owner=citizen)
    row = dossier.attachments.get()
    browser = Browser()
    browser.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
    kept = []
    for path in filled(dossier, pk=row.pk):
        response = browser.visit("GET", path)
        personal = any(secret in told(response) for secret in [*SECRETS, citizen.email])
        if personal and "no-store" not in response.headers.get("Cache-Control", ""):
            kept.append(path)
    assert kept == []


def test_citizens_file_and_paper_are_saved_and_never_shown(citizen, run_queue):
    dossier = secret_dossier(State.APPROVED, owner=citizen)
    run_queue()
    browser = Browser()
    browser.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
    for name, row in (("file", dossier.attachments.get()), ("paper", dossier.documents.first())):
        response = browser.visit(
            "GET", reverse(f"dossiers:{name}", args=[dossier.tracking_code, row.pk])
        )
        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"


def test_in_production_every_cookie_travels_over_https_alone(monkeypatch):
    monkeypatch.setenv("PRODUCTION", "1")
    for name in ("MOCK_GATEWAY", "DEBUG", "HTTPS"):
        monkeypatch.delenv(name, raising=False)
    spec = importlib.util.spec_from_file_location("production_settings", settings_module.__file__)
    production = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(production)
    assert production.SESSION_COOKIE_SECURE
    assert production.CSRF_COOKIE_SECURE
    assert production.SESSION_COOKIE_HTTPONLY
    assert production.CSRF_COOKIE_HTTPONLY
    assert production.SESSION_COOKIE_NAME == "__Host-sessionid"
    assert production.CSRF_COOKIE_NAME == "__Host-csrftoken"
    assert production.STAFF_MFA_REQUIRED
    assert production.SECURE_SSL_REDIRECT
    assert production.SECURE_HSTS_SECONDS >= 31_536_000
    assert not production.MOCK_GATEWAY
    assert not production.DEBUG
    assert not hasattr(production, "SESSION_COOKIE_SAMESITE")  # Django's own: Lax
