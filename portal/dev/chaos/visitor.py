"""An applicant who opens a draft by its code and presses "Gửi hồ sơ", over HTTP, with cookies."""

import contextlib
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPException
from http.cookiejar import CookieJar

REQUEST_SECONDS = 15
PRESS_SECONDS = 120  # for so long a person presses again
PAUSE_SECONDS = 0.5
SENT = "/da-gui/"

Fields = list[tuple[str, str]]


class HiddenFields(HTMLParser):
    """The hidden fields of the form with the most of them: the page's own, not the header's."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Fields] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append([])
        if tag == "input" and given.get("type") == "hidden" and self.forms:
            self.forms[-1].append((given.get("name") or "", given.get("value") or ""))


def hidden_fields(page: str) -> Fields:
    parser = HiddenFields()
    parser.feed(page)
    return max(parser.forms, key=len, default=[])


@dataclass
class Visitor:
    """One browser. `tracking` and `digits` open the draft, `review` is the path it is sent from."""

    address: str
    tracking: str
    digits: str
    review: str
    tries: int = 0
    acknowledged: bool = False
    fields: Fields = field(default_factory=list)

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.browser = urllib.request.build_opener(cookies)

    def request(self, path: str, fields: Fields | None = None) -> tuple[str, str]:
        """Return the path where the browser ended, and the page."""
        data = None
        if fields is not None:
            data = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(f"{self.address}{path}", data)  # noqa: S310 -- ours
        with self.browser.open(request, timeout=REQUEST_SECONDS) as response:
            page = response.read().decode()
            return urllib.parse.urlsplit(response.url).path, page

    def upload(self, path: str, slot: str, content: bytes) -> None:
        """Post one file for one paper; whatever the answer is."""
        boundary = "chaos"
        disposition = f'form-data; name="tep-{slot}"; filename="anh.jpg"'
        body = [f"--{boundary}\r\nContent-Disposition: {disposition}\r\n".encode()]
        body += [b"Content-Type: image/jpeg\r\n\r\n", content]
        for name, value in [*self.fields, ("slot", slot)]:
            head = f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            body.append(f"{head}{value}".encode())
        body.append(f"\r\n--{boundary}--\r\n".encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        request = urllib.request.Request(f"{self.address}{path}", b"".join(body), headers)  # noqa: S310 -- ours
        with contextlib.suppress(urllib.error.URLError, HTTPException, OSError):
            self.browser.open(request, timeout=REQUEST_SECONDS).read()

    def open_review(self) -> None:
        """Open the draft with its second factor, and read the page that is sent."""
        _path, page = self.request("/tra-cuu/")
        secret = [("ma", self.tracking), ("xac_minh", self.digits)]
        self.request("/tra-cuu/", hidden_fields(page) + secret)
        _path, page = self.request(self.review)
        self.fields = [*hidden_fields(page), ("declared", "on")]

    def send(self) -> None:
        """Press until the confirmation page is there, as a person does; never longer than a while.

        Only the confirmation page counts as told: whoever did not see it presses again.
        """
        deadline = time.monotonic() + PRESS_SECONDS
        while time.monotonic() < deadline and not self.acknowledged:
            self.tries += 1
            try:
                path, _page = self.request(self.review, self.fields)
                self.acknowledged = path.endswith(SENT)
            except (urllib.error.URLError, HTTPException, OSError):
                time.sleep(PAUSE_SECONDS)


def seconds_to_read(address: str, path: str) -> tuple[int, float]:
    """Return the status of a stranger's page, 0 for none, and the seconds it took."""
    started = time.monotonic()
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=REQUEST_SECONDS) as response:  # noqa: S310 -- ours
            response.read()
            status = response.status
    except urllib.error.HTTPError as error:
        status = error.code
    except (urllib.error.URLError, HTTPException, OSError):
        status = 0
    return status, time.monotonic() - started
