"""Whatever is sent to any address, by anybody.

An answer in words, never a 500, and nothing of it runs.
"""

import io
import json
import sys

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import reverse

from dossiers.states import Role, State
from tests.bad_values import (
    IN_ADDRESSES,
    SCRIPT,
    TYPED,
    UNUSUAL,
    Browser,
    Fields,
    addresses,
    faults,
    filled,
)
from tests.dossiers.factories import DossierFactory, attach, pdf_file
from tests.payments.factories import open_payment
from tests.portal.factories import UserFactory
from tests.services.factories import FormTemplateFactory, PaperFactory, ServiceFactory, small_form
from tests.services.test_admin import change, typed

pytestmark = pytest.mark.django_db

SIGN_IN = "django.contrib.auth.backends.ModelBackend"
EVERYBODYS = ("/admin/", "/admin/login/", "/admin/jsi18n/", "/admin/payments/payment/")


@pytest.fixture(autouse=True)
def _patient(settings):
    settings.ACCOUNT_RATE_LIMITS = False
    settings.LOOKUP_FAILURES_PER_HOUR = settings.SIGN_IN_FAILURES_PER_HOUR = 10**6
    settings.UNLOCK_FREE_TRIES = settings.SIGN_IN_FREE_TRIES = 10**6
    settings.DRAFTS_PER_HOUR = settings.MAX_OPEN_DRAFTS = settings.FORGERIES_PER_HOUR = 10**6


@pytest.fixture
def dossier(citizen):
    """A dossier that waits for a supplement.

    With an open payment and a form to take away beside it.
    """
    service = ServiceFactory(paid=True)
    PaperFactory(service=service, key="cccd")
    FormTemplateFactory(service=service)
    dossier = DossierFactory(service=service, owner=citizen, state=State.SUPPLEMENT)
    open_payment(dossier)
    return dossier


@pytest.fixture
def draft(citizen, dossier):
    return DossierFactory(service=dossier.service, owner=citizen, state=State.DRAFT)


@pytest.fixture
def browsers(citizen):
    """One browser for each kind of visitor."""
    staff = {role: UserFactory(role=role) for role in (Role.DESK, Role.CASE, Role.LEADER)}
    root = UserFactory(is_staff=True, is_superuser=True)
    found = {name: Browser() for name in ("anonymous", "citizen", *staff, "root")}
    for name, user in {"citizen": citizen, **staff, "root": root}.items():
        found[name].force_login(user, backend=SIGN_IN)
    return found


# --- Every address ---


def test_every_address_answers_everybody_in_every_way(browsers, dossier, draft):
    paths = {
        path: browsers if path in EVERYBODYS or "/dossiers/" in path else ("root",)
        for path in filled(dossier)
    }
    paths |= {
        path: ("anonymous", "citizen") for path in (*paths, *filled(draft)) if "/admin/" not in path
    }
    assert len(paths) > 80
    visits = [
        (name, method, path)
        for path, names in paths.items()
        for name in names
        for method in ("GET", "POST")
    ]
    visits += [
        (names[-1], method, path)
        for path, names in paths.items()
        for method in UNUSUAL
        if type(names) is tuple
    ]
    assert faults(browsers[name].visit(method, path) for name, method, path in visits) == []


def test_no_value_in_an_address_is_too_strange(browsers, dossier):
    ways = [(path, names) for path, names in addresses() if names]
    good = {name: "1" for _path, names in ways for name in names}
    good |= {
        "slug": dossier.service.slug,
        "tracking": dossier.tracking_code,
        "pk": dossier.pk,
        "action": "start",
    }
    visits = [
        ("root" if "admin" in path else "citizen", path % {**good, name: value})
        for path, names in ways
        for name in names
        for value in IN_ADDRESSES
    ]
    assert faults(browsers[name].visit("GET", path) for name, path in visits) == []


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/dich-vu/", "q trang linh_vuc muc_do doi_tuong co_quan"),
        ("/ho-so-cua-toi/", "trang"),
        ("/tra-cuu/", "ma"),
        ("/tai-khoan/login/", "next"),
        ("/thanh-toan/ket-qua/", "vnp_TxnRef vnp_Amount vnp_SecureHash vnp_ResponseCode"),
        ("/thanh-toan/ipn/", "vnp_TxnRef vnp_Amount vnp_SecureHash vnp_ResponseCode"),
        ("/cong-thanh-toan-mo-phong/", "vnp_TxnRef vnp_Amount vnp_SecureHash vnp_ReturnUrl"),
        ("/admin/login/", "next"),
        ("/admin/dossiers/dossier/tim/", "q"),
        (
            "/admin/dossiers/dossier/",
            "q p o viec han phi trang-thai linh-vuc dich-vu created_at__year created_at__gte",
        ),
        (
            "/admin/payments/payment/",
            "q p o all doi-soat dossier__id__exact needs_refund__exact created_at__year",
        ),
        ("/admin/services/specialday/", "q o kind__exact day__year"),
        ("/admin/services/service/", "q field__id__exact is_published__exact"),
    ],
)
def test_no_word_of_a_query_is_too_strange(browsers, dossier, path, names):
    browser = browsers["root" if "admin" in path else "citizen"]
    values = IN_ADDRESSES[1::2] if "admin" in path else IN_ADDRESSES
    queries = [f"{name}={value}" for name in names.split() for value in values]
    queries += [f"{name}[]=1&{name}=a&{name}=b" for name in names.split()]
    dates = ["9999&X__month=12", "9999&X__month=12&X__day=31", "2026&X__month=2&X__day=31"]
    queries += [
        f"{name}={date}".replace("X", name[:-6])
        for name in names.split()
        for date in dates
        if "year" in name
    ]
    assert faults(browser.visit("GET", f"{path}?{query}") for query in queries) == []


@pytest.mark.parametrize("who", ["anonymous", "citizen", Role.DESK, Role.CASE, Role.LEADER])
def test_no_answer_in_a_form_is_too_strange(browsers, dossier, draft, who):
    browser = browsers[who]
    visits = []
    for path in {
        *filled(dossier),
        *filled(draft),
        reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, 2]),
    }:
        page = browser.visit("GET", path)
        fields = (
            Fields(page.body.decode("utf-8", "replace")).found if page.status_code == 200 else {}
        )
        visits += [(path, dict.fromkeys(fields, value)) for value in TYPED if fields]
        visits += [(path, {**fields, name: SCRIPT}) for name in fields]
    assert len(visits) > 20
    assert faults(browser.visit("POST", path, data) for path, data in visits) == []


@pytest.mark.parametrize(
    "strange",
    [
        *({name: "\x00 a"} for name in ("name", "summary", "result")),
        *({name: "\x00"} for name in ("steps", "channels", "legal_basis")),
        *(
            {name: value}
            for name in ("sets", "time_limit", "field")
            for value in ("9" * 30, "-1", "1e999")
        ),
        {
            "form": json.dumps(small_form(), ensure_ascii=False).replace(
                "Nội dung đề nghị", "\\u0000"
            )
        },
        {
            "form": json.dumps(small_form(), ensure_ascii=False).replace(
                "Nội dung đề nghị", "\\ud800"
            )
        },
        {"form": "[" * 100_000},
        {"form": '{"sections": ' + "9" * 5000 + "}"},
        {"form": "NaN"},
        {"papers-TOTAL_FORMS": "9" * 30},
        {"fees-TOTAL_FORMS": "x"},
    ],
    ids=lambda strange: str(strange)[:50],
)
def test_editor_is_told_what_the_database_cannot_hold(browsers, strange):
    service = ServiceFactory(online=True)
    response = browsers["root"].visit("POST", change(service), {**typed(service), **strange})
    assert faults([response]) == []
    assert response.status_code == 200
    assert "errornote" in response.body.decode()


def test_file_to_take_back_with_a_number_that_no_row_has_is_not_found(browsers, draft):
    attach(draft, "cccd")
    path = reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, 3])
    for number in ("9" * 30, "9" * 5000, "٣", "-1", "\x00", ""):
        assert browsers["citizen"].visit("POST", path, {"remove": number}).status_code in (
            302,
            404,
            422,
        )
    assert draft.attachments.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "\u202egnp.exe",
        "a" * 300 + ".pdf",
        "..\\..\\x.pdf",
        "\r\nX: y.pdf",
        SCRIPT,
        ".pdf",
        "Ho\u0300 so.pdf",
    ],
)
def test_file_of_any_name_is_kept_or_refused_in_words(browsers, draft, name):
    path = reverse("dossiers:fill", args=[draft.service.slug, draft.tracking_code, 3])
    for content in (pdf_file().read(), b"%PDF-", b"", b"\x89PNG\r\n\x1a\n" + b"\xff" * 50):
        upload = type(pdf_file())(name, content)
        assert (
            faults([browsers["citizen"].visit("POST", path, {"slot": "cccd", "tep-cccd": upload})])
            == []
        )


# --- What no browser sends: straight to the application ---


@pytest.fixture
def ask():
    """Return a caller of the WSGI application itself.

    The test's connection outlives the requests.
    """
    from portal.wsgi import application

    def call(
        method: str, path: str, query: str = "", body: bytes = b"", **heads: str
    ) -> tuple[int, bytes]:
        statuses: list[str] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "CONTENT_LENGTH": str(len(body)),
            **heads,
        }
        with transaction.atomic():
            page = b"".join(
                application(environ, lambda status, heads, error=None: statuses.append(status))
            )
            transaction.set_rollback(True)
        return int(statuses[0][:3]), page

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield call
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


ENCODINGS = ["hex", "utf-7", "idna", "undefined", "unicode_escape"]
TYPES = [
    *(f"text/plain; charset={name}" for name in ENCODINGS),
    *(f"multipart/form-data; boundary=x; charset={name}" for name in ENCODINGS),
    *(f"application/x-www-form-urlencoded; charset={name}" for name in ENCODINGS),
    *(
        "x; a*=bogus''%41",
        "multipart/form-data",
        "multipart/form-data; boundary=\xff",
        "\x00",
        ";" * 5000,
    ),
]
PART = b'--x\r\nContent-Disposition: form-data; name="ma"%s\r\n\r\n+2AA-\r\n--x--\r\n'
BODIES = [
    b"",
    b"ma=%00",
    b"ma=+2AA-&xac_minh=+2AA-",
    PART % b"",
    PART % b"; filename*=bogus''%41",
    PART[:40],
    b"\xff=\xed",
]
HEADS = {
    "HTTP_COOKIE": [
        'sessionid="' + r"\000" * 9 + '"',
        "sessionid=" + "\xff" * 40,
        "messages=[[",
        "=;;=",
        'messages="\\000"',
    ],
    "HTTP_HOST": [
        "evil.example",
        "",
        "[",
        "testserver:99999999",
        "testserver\r\nX: y",
        "\xff",
        "testserver@evil",
    ],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Sat, 99 Foo 99999 99:99:99 GMT"],
    "HTTP_RANGE": ["bytes=abc", "bytes=9-1", "x" * 5000],
    "HTTP_ACCEPT_LANGUAGE": ["\xff", "x-" * 3000, "vi;q=abc"],
    "HTTP_X_FORWARDED_FOR": ["\xff, "],
    "HTTP_ORIGIN": ["http://[", "null"],
    "HTTP_REFERER": ["http://["],
    "CONTENT_LENGTH": ["abc", "-5", "", "99999999999"],
    "REMOTE_ADDR": [""],
}


@pytest.mark.parametrize("content_type", TYPES)
def test_no_kind_of_content_is_too_strange(ask, content_type):
    for path in ("/tra-cuu/", "/thanh-toan/ipn/", "/tai-khoan/login/"):
        for body in BODIES:
            status, _page = ask("POST", path, "q=+2AA-%41", body, CONTENT_TYPE=content_type)
            assert status < 500, (path, body)
    assert ask("GET", "/dich-vu/", "q=+2AA-%41", CONTENT_TYPE=content_type)[0] == 200


@pytest.mark.parametrize("head", HEADS)
def test_no_head_is_too_strange(ask, head):
    for value in HEADS[head]:
        for method in ("GET", "POST"):
            for path in (
                "/",
                "/tra-cuu/",
                "/ho-so-cua-toi/",
                "/admin/login/",
                "/khong-co/",
                "/thanh-toan/ipn/",
                "/tra-cuu",
            ):
                status, page = ask(method, path, body=b"ma=1", **{head: value})
                assert status < 500, (method, path, value)
                assert b"evil" not in page


@pytest.mark.parametrize(
    "path",
    [
        "//[x/",
        "/ho-so/\xed\xa0\x80/",
        "/\x00",
        "*",
        "",
        "/en//[",
        "/static/\x00",
        "/a\r\nb/",
        "/admin//[",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "FOO", ""])
def test_no_path_and_no_method_is_too_strange(ask, path, method):
    assert ask(method, path)[0] < 500
