"""A bad line: an answer that does not arrive takes nothing away."""

import re
import time

from playwright.sync_api import Page, expect

from dossiers.models import Dossier
from tests.browser.actions import press

FIRST, SECOND = "dang-ky-khai-sinh", "ho-tro-chi-phi-hoc-tap"
LATENCY_MS = 2500


def begin(page: Page, portal_url: str, slug: str) -> None:
    page.goto(f"{portal_url}/nop-ho-so/{slug}/")
    press(page, "Bắt đầu")


def wait_for_drafts(number: int) -> None:
    """Wait until the server has that many: its answer is then still on the way."""
    deadline = time.monotonic() + 20
    while Dossier.objects.count() < number:
        assert time.monotonic() < deadline, "no such draft was begun"


def test_second_tap_on_a_slow_line_leaves_the_earlier_draft_open(portal_url, visitor):
    """The second tap drops the answer to the first, and every cookie that came with it."""
    page = visitor(javascript=True)
    begin(page, portal_url, FIRST)
    expect(page).to_have_url(re.compile(r"/1/$"))
    earlier = page.url

    page.goto(f"{portal_url}/nop-ho-so/{SECOND}/")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    slow = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    button = page.locator("main").get_by_role("button", name="Bắt đầu", exact=True)
    button.scroll_into_view_if_needed()
    place = button.bounding_box()
    assert place is not None
    middle = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.click(*middle)  # as a finger does: it does not wait for the answer
    wait_for_drafts(2)
    page.mouse.click(*middle)
    expect(page).to_have_url(re.compile(rf"/{SECOND}/.*/1/$"), timeout=30_000)

    answer = page.goto(earlier)
    assert answer is not None
    assert answer.status == 200
