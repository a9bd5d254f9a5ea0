"""Limits that stop guessing and floods, and no neighbour, no owner, no victim of a stranger."""

import pytest
from django.test import Client
from django.urls import reverse

from dossiers import throttle
from dossiers.models import Dossier
from dossiers.states import Role, State
from portal.models import User
from tests.dossiers.factories import APPLICANT, DossierFactory
from tests.payments.factories import paid_dossier
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db

SHARED = "203.113.131.1"  # one address of a mobile operator, or of a commune's Wi-Fi
LOOKUP, LOGIN = "/tra-cuu/", "/tai-khoan/login/"
PASSWORD = "mot-mat-khau-rat-dai"
LAST_FOUR = APPLICANT["phone"][-4:]


@pytest.fixture
def leader() -> User:
    return person("lanhdao", role=Role.LEADER)


def person(username: str, **fields) -> User:
    user = UserFactory(username=username, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def browser(address: str = SHARED) -> Client:
    return Client(REMOTE_ADDR=address)


def sign_in(client: Client, name: str, password: str = PASSWORD):
    return client.post(LOGIN, {"login": name, "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def unlock(client: Client, dossier: Dossier, typed: str = LAST_FOUR):
    return client.post(LOOKUP, {"ma": dossier.tracking_code, "xac_minh": typed})


# --- Lookup, unlock, payment ---


@pytest.mark.parametrize("wrong", [30, 300])
def test_mistyped_lookups_leave_everybody_at_the_address_able_to_look_up_unlock_and_pay(wrong):
    dossier, opened = paid_dossier(), paid_dossier()
    holder = browser()
    unlock(holder, opened)
    mistyping = browser()
    statuses = {mistyping.post(LOOKUP, {"ma": "AAAA-AAAA-AAAA"}).status_code for _ in range(wrong)}
    assert statuses == {422}

    assert browser().post(LOOKUP, {"ma": dossier.tracking_code}).status_code == 302
    assert unlock(browser(), dossier).status_code == 302
    assert holder.get(opened.get_absolute_url()).status_code == 200
    assert holder.get(checkout(opened)).status_code == 200
    assert holder.post(checkout(opened)).status_code == 303


def checkout(dossier: Dossier) -> str:
    return reverse("payments:checkout", args=[dossier.tracking_code])


def test_network_over_its_limit_is_refused_further_wrong_codes_and_no_right_one(settings):
    settings.LOOKUP_FAILURES_PER_HOUR = 3
    dossier = paid_dossier()
    wrong = [
        lambda client: client.post(LOOKUP, {"ma": "AAAA-AAAA-AAAA"}),
        lambda client: client.get("/ho-so/AAAA-AAAA-AAAA/"),
        lambda client: client.get("/thanh-toan/AAAA-AAAA-AAAA/"),
        lambda client: client.post(LOOKUP, {"ma": "AAAA-AAAA-AAAA", "xac_minh": "1234"}),
    ]
    assert [ask(browser()).status_code for ask in wrong[:3]] == [422, 404, 404]
    refused = [ask(browser()) for ask in wrong]
    assert [answer.status_code for answer in refused] == [429] * 4
    assert all(answer["Retry-After"] for answer in refused)
    assert browser("203.113.131.2").get("/ho-so/AAAA-AAAA-AAAA/").status_code == 404

    assert browser().post(LOOKUP, {"ma": dossier.tracking_code}).status_code == 302
    assert browser().get(dossier.get_absolute_url()).status_code == 200
    assert browser().get(checkout(dossier)).status_code == 200
    assert unlock(browser(), dossier).status_code == 302


def test_official_numbers_are_limited_for_a_network_found_or_not(settings):
    settings.LOOKUP_FAILURES_PER_HOUR = 2
    dossier = DossierFactory(state=State.RECEIVED)
    asked = [
        browser().post(LOOKUP, {"ma": number}).status_code
        for number in (
            dossier.official_number,
            "000.00.15.H48-261122-9999",
            dossier.official_number,
        )
    ]
    assert asked == [200, 422, 429]
    assert browser().post(LOOKUP, {"ma": dossier.tracking_code}).status_code == 302
    elsewhere = browser("203.113.131.2")
    assert elsewhere.post(LOOKUP, {"ma": dossier.official_number}).status_code == 200


def test_guesses_at_four_digits_wait_and_the_page_says_how_long(time_machine):
    time_machine.move_to("2026-11-25T03:00:00Z", tick=False)
    dossier = DossierFactory()
    answers = [unlock(browser(f"203.113.1.{turn}"), dossier, "0000") for turn in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert "Hãy thử lại sau 2 giây" in answers[-1].content.decode()
    assert answers[-1]["Retry-After"] == "2"
    time_machine.move_to("2026-11-25T03:00:02Z", tick=False)
    assert unlock(browser(), dossier).status_code == 302


def test_guesses_at_four_digits_keep_nobody_out_who_types_the_whole_number(time_machine):
    time_machine.move_to("2026-11-25T03:00:00Z", tick=False)
    dossier = DossierFactory()
    for turn in range(50):
        unlock(browser(f"203.113.1.{turn}"), dossier, f"{turn:04d}")
    assert unlock(browser(), dossier).status_code == 429
    owner = browser()
    assert unlock(owner, dossier, "+84 905 123 456").status_code == 302
    assert owner.get(reverse("dossiers:sent", args=[dossier.tracking_code])).status_code == 200


def test_guesses_keep_nobody_out_who_has_opened_the_dossier():
    dossier = DossierFactory()
    holder = browser()
    unlock(holder, dossier)
    for turn in range(10):
        unlock(browser(), dossier, f"{turn:04d}")
    assert unlock(holder, dossier, "0000").status_code == 302
    assert holder.get(dossier.get_absolute_url()).status_code == 200


def test_whole_number_where_four_digits_are_asked_is_no_wrong_guess():
    dossier = DossierFactory()
    for _turn in range(5):
        assert unlock(browser(), dossier, APPLICANT["phone"]).status_code == 302
    assert unlock(browser(), dossier).status_code == 302


def test_whole_numbers_that_are_wrong_wait_for_their_own_network_alone():
    dossier = DossierFactory()
    answers = [unlock(browser(), dossier, "0999 000 111").status_code for _ in range(4)]
    assert answers == [422, 422, 422, 429]
    assert unlock(browser("203.113.131.2"), dossier, APPLICANT["phone"]).status_code == 302
    assert unlock(browser(), dossier).status_code == 302


def test_code_that_does_not_exist_waits_like_one_that_does():
    known, unknown = DossierFactory().tracking_code, "AAAA-AAAA-AAAA"
    pages = {
        code: [
            browser().post(LOOKUP, {"ma": code, "xac_minh": "0000"}).content.decode()
            for _ in range(4)
        ]
        for code in (known, unknown)
    }
    for here, there in zip(pages[known], pages[unknown], strict=True):
        assert without_tokens(here.replace(known, unknown)) == without_tokens(there)


def without_tokens(page: str) -> str:
    return "\n".join(line for line in page.split("\n") if "csrfmiddlewaretoken" not in line)


# --- Sign-in ---


def test_wrong_passwords_of_a_stranger_do_not_keep_the_leader_out_of_their_browser(leader):
    own = browser("203.113.5.5")
    assert is_signed_in_after(sign_in, own, "lanhdao")
    own.post("/tai-khoan/logout/")
    for _turn in range(5):
        sign_in(browser("198.51.100.1"), "lanhdao", "sai")
    assert is_signed_in_after(sign_in, own, "lanhdao")
    assert not is_signed_in_after(sign_in, browser("203.113.5.5"), "lanhdao")


def is_signed_in_after(attempt, client: Client, *given: str) -> bool:
    attempt(client, *given)
    return is_signed_in(client)


def test_wrong_passwords_of_twelve_people_behind_one_proxy_disturb_nobody(settings, leader):
    settings.TRUSTED_PROXIES = 1
    citizens = [person(f"congdan{turn}") for turn in range(13)]

    def behind_the_proxy(turn: int) -> Client:
        return Client(REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=f"203.113.7.{turn}")

    for turn, citizen in enumerate(citizens[:12]):
        answer = sign_in(behind_the_proxy(turn), citizen.username, "sai")
        assert "thử lại sau" not in answer.content.decode()
    for turn, user in ((13, citizens[12]), (14, leader), (0, citizens[0])):
        assert is_signed_in_after(sign_in, behind_the_proxy(turn), user.username)


def test_wrong_passwords_of_many_people_at_one_address_disturb_nobody(leader):
    for turn in range(60):
        sign_in(browser(), f"ai-do-{turn}", "sai")
    assert is_signed_in_after(sign_in, browser(), "lanhdao")


def test_network_over_its_limit_may_sign_in_from_browsers_that_are_known(settings, leader):
    settings.SIGN_IN_FAILURES_PER_HOUR = 3
    known = browser()
    sign_in(known, "lanhdao")
    known.post("/tai-khoan/logout/")
    for turn in range(3):
        sign_in(browser(), f"ai-do-{turn}", "sai")
    assert not is_signed_in_after(sign_in, browser(), "lanhdao")
    assert is_signed_in_after(sign_in, known, "lanhdao")
    assert is_signed_in_after(sign_in, browser("203.113.131.2"), "lanhdao")


def test_storage_limits_of_a_network_leave_open_drafts_alone(settings):
    settings.DRAFTS_PER_HOUR = 1
    dossier = DossierFactory(state=State.DRAFT)
    for _turn in range(3):
        throttle.add("draft", SHARED, window=throttle.HOUR)
    holder = browser()
    unlock(holder, dossier)
    address = reverse("dossiers:fill", args=[dossier.service.slug, dossier.tracking_code, 1])
    assert holder.get(address).status_code == 200
