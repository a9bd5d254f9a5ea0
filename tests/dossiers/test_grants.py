"""The cookies that keep dossiers open in one browser."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone

from dossiers import grants
from dossiers.grants import Grants, cookie_name


def browser_after(opened: Grants, cookies: dict[str, str] | None = None) -> dict[str, str]:
    """Return the cookies of a browser that had `cookies` and has read the answer."""
    response = HttpResponse()
    opened.write(response)
    kept = dict(cookies or {})
    for name, cookie in response.cookies.items():
        kept.pop(name, None)
        if cookie.value:
            kept[name] = cookie.value
    return kept


def cookies_for(*pks: int, is_draft: bool = True) -> dict[str, str]:
    opened = Grants({})
    for pk in pks:
        opened.add(pk, is_draft=is_draft)
    return browser_after(opened)


def test_grant_opens_its_dossier_in_the_next_request_and_no_other():
    cookies = cookies_for(7)
    assert Grants(cookies).has(7, is_draft=True)
    assert not Grants(cookies).has(8, is_draft=True)


def test_grant_cookie_is_out_of_reach_of_scripts_and_other_sites(settings):
    settings.SESSION_COOKIE_SECURE, settings.COOKIE_PREFIX = True, "__Host-"
    response = HttpResponse()
    opened = Grants({})
    opened.add(7, is_draft=True)
    opened.write(response)
    cookie = response.cookies["__Host-hoso-7"]
    assert cookie["domain"] == ""
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == grants.LIFETIME.total_seconds()


def test_grant_ends_when_it_was_not_used_for_its_lifetime(time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    cookies = cookies_for(7)
    time_machine.move_to(start + grants.LIFETIME - timedelta(seconds=2), tick=False)
    assert Grants(cookies).has(7, is_draft=True)
    time_machine.move_to(start + grants.LIFETIME + timedelta(seconds=2), tick=False)
    assert not Grants(cookies).has(7, is_draft=True)


def test_grant_is_renewed_by_use_and_only_when_it_is_no_longer_young(time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    cookies = cookies_for(7)
    young = Grants(cookies)
    young.has(7, is_draft=True)
    assert browser_after(young, cookies) == cookies

    time_machine.move_to(start + grants.RENEW_AFTER + timedelta(minutes=1), tick=False)
    used = Grants(cookies)
    used.has(7, is_draft=True)
    renewed = browser_after(used, cookies)
    time_machine.move_to(start + grants.LIFETIME + timedelta(minutes=1), tick=False)
    assert not Grants(cookies).has(7, is_draft=True)
    assert Grants(renewed).has(7, is_draft=True)


@pytest.mark.parametrize(
    "spoil", [str.upper, lambda value: value[:-1], lambda value: "", str.title]
)
def test_grant_that_was_tampered_with_opens_nothing(spoil):
    name, value = cookies_for(7).popitem()
    assert not Grants({name: spoil(value)}).has(7, is_draft=True)


def test_grant_under_the_name_of_another_dossier_opens_neither():
    value = cookies_for(7)[cookie_name(7)]
    renamed = Grants({cookie_name(8): value})
    assert not renamed.has(7, is_draft=True)
    assert not renamed.has(8, is_draft=True)


def test_grant_outlives_the_key_it_was_signed_with_and_is_signed_again(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "former" * 10, []
    cookies = cookies_for(7)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "present" * 10, ["former" * 10]
    opened = Grants(cookies)
    assert opened.has(7, is_draft=True)
    signed_again = browser_after(opened, cookies)
    settings.SECRET_KEY_FALLBACKS = []
    assert not Grants(cookies).has(7, is_draft=True)
    assert Grants(signed_again).has(7, is_draft=True)


def test_grant_of_a_draft_is_known_as_sent_once_it_was_used_after_sending():
    cookies = cookies_for(7)
    sent = Grants(cookies)
    sent.has(7, is_draft=False)
    assert Grants(cookies).drafts() == [7]
    assert Grants(browser_after(sent, cookies)).drafts() == []


def test_grants_of_one_browser_are_limited_and_drafts_are_closed_last(time_machine):
    start = timezone.now()
    cookies: dict[str, str] = {}
    for minute in range(grants.MAX_GRANTS):
        time_machine.move_to(start + timedelta(minutes=minute), tick=False)
        is_draft = minute != 5
        opened = Grants(cookies)
        opened.add(minute, is_draft=is_draft)
        cookies = browser_after(opened, cookies)
    assert len(cookies) == grants.MAX_GRANTS

    for pk, closed in ((100, 5), (101, 0)):
        opened = Grants(cookies)
        opened.add(pk, is_draft=True)
        cookies = browser_after(opened, cookies)
        assert len(cookies) == grants.MAX_GRANTS
        assert cookie_name(closed) not in cookies
    assert sum(len(f"{name}={value}; ") for name, value in cookies.items()) < 4096


def test_removed_grant_is_deleted_in_the_browser():
    cookies = cookies_for(7, 8)
    opened = Grants(cookies)
    opened.remove(7)
    assert list(browser_after(opened, cookies)) == [cookie_name(8)]
