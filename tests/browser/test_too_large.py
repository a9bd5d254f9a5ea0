"""What a person sees who sends too much: a page of the portal, not an error of the browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal.web.server import WebServer

EIGHTY_MEGABYTES = 80 * 1024 * 1024
FORM = """() => {
  document.body.innerHTML = `<form method="post" enctype="multipart/form-data">
    <input type="file" name="tep"><button>Gửi</button></form>`;
}"""


@pytest.mark.parametrize(
    ("path", "heading", "limit"),
    [
        ("/tra-cuu/", "Nội dung gửi lên quá lớn", "1,0 MB"),
        ("/en/tra-cuu/", "What you sent is too large", "1,0 MB"),
        ("/nop-ho-so/khai-sinh/K7QD-93MX-AT4C/3/", "Nội dung gửi lên quá lớn", "60,0 MB"),
    ],
)
def test_browser_that_sends_far_too_much_shows_the_limit(
    visitor, web: WebServer, tmp_path, path, heading, limit
):
    file = tmp_path / "anh.jpg"
    with file.open("wb") as output:
        output.truncate(EIGHTY_MEGABYTES)
    page: Page = visitor(javascript=True)
    page.goto(web.url(path))
    page.evaluate(FORM)
    page.locator("input").set_input_files(file)

    with page.expect_navigation() as navigation:
        page.locator("button").click()

    assert navigation.value.status == 413
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.locator("main")).to_contain_text(limit)
    assert page.locator("main a").last.get_attribute("href") == path
