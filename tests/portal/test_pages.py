"""The start page, the page about the portal, and the pages of errors."""

import errno
import gzip
import re

import pytest
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from portal import pages
from tests.services.factories import FieldFactory, ServiceFactory

BTS = "Cấp Giấy phép xây dựng trạm BTS (loại II)"

pytestmark = pytest.mark.django_db


def links(html: str) -> list[str]:
    """The addresses a reader can click on a page."""
    return [
        address
        for address in re.findall(r'<a[^>]+href="([^"#?]+)', html)
        if address.startswith("/")
    ]


# --- Home and about ---


def test_home_puts_the_search_box_before_everything_else(client):
    html = client.get("/").content.decode()
    main = html[html.index("<main") :]
    assert main.index('name="q"') < main.index('name="ma"')
    assert 'action="/dich-vu/"' in main


def test_home_offers_the_lookup_of_a_dossier_by_post(client):
    html = client.get("/").content.decode()
    form = html[html.index('<form method="post"') :]
    assert f'action="{reverse("dossiers:lookup")}"' in form
    assert 'name="ma"' in form
    assert "csrfmiddlewaretoken" in form


def test_home_counts_the_published_services_of_each_field(client):
    field = FieldFactory(name="Hộ tịch", code="ho-tich")
    ServiceFactory.create_batch(2, field=field)
    ServiceFactory(field=field, is_published=False)
    FieldFactory(name="Lĩnh vực trống")
    html = client.get("/").content.decode()
    assert re.search(
        r'\?linh_vuc=ho-tich">\s*<span>Hộ tịch</span>\s*<span class="fields__count">2 dịch vụ', html
    )
    assert "Lĩnh vực trống" not in html


def test_home_orders_the_fields_as_the_catalogue_says(client):
    ServiceFactory(field=FieldFactory(name="Sau", order=2))
    ServiceFactory(field=FieldFactory(name="Trước", order=1))
    html = client.get("/").content.decode()
    assert html.index("Trước") < html.index("Sau")


def test_home_leads_to_featured_services_first_in_each_list(client):
    ServiceFactory.create_batch(8, online=True)
    ServiceFactory(name="Dịch vụ nổi bật", online=True, is_featured=True)
    ServiceFactory(name="Dịch vụ chỉ đọc")
    html = client.get("/").content.decode()
    online = html[html.index('id="muc-do-3-4"') : html.index('id="muc-do-1-2"')]
    assert online.index("Dịch vụ nổi bật") < online.index("Dịch vụ số")
    assert "Xem cả 9 dịch vụ" in online
    assert "Dịch vụ chỉ đọc" in html[html.index('id="muc-do-1-2"') :]


def test_home_leads_to_the_bts_permit_within_three_clicks(client):
    """Even where it is not featured: by its list or its field."""
    ServiceFactory.create_batch(9, paid=True, is_featured=True)
    bts = ServiceFactory(name=BTS, paid=True)
    within_reach = {"/"}
    for _click in range(3):
        pages = [client.get(address).content.decode() for address in within_reach]
        within_reach |= {
            link for html in pages for link in links(html) if link.startswith("/dich-vu/")
        }
    assert bts.get_absolute_url() in within_reach
    assert BTS in client.get(bts.get_absolute_url()).content.decode()


def test_home_of_an_empty_catalogue_is_still_a_page(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "Danh mục đang được cập nhật" in response.content.decode()


def test_about_explains_each_level_in_the_words_of_the_authority(client, settings):
    html = client.get("/gioi-thieu/").content.decode()
    for level in settings.AUTHORITY["levels"]:
        assert level["short"] in html
        assert level["text"][:40] in html


# --- Every page ---


@pytest.mark.parametrize("path", ["/", "/gioi-thieu/", "/dich-vu/", "/tai-khoan/login/"])
def test_frame_has_what_people_need_on_every_page(client, settings, path):
    html = client.get(path).content.decode()
    assert html.index('class="skip-link"') < html.index("<header")
    assert html.count("<h1") == 1
    for word in ("name", "address", "phone", "hours", "publisher"):
        assert settings.AUTHORITY[word] in html
    scripts = re.findall(r"<script[^>]*>", html)
    assert [one for one in scripts if " src=" not in one and "application/json" not in one] == []
    assert not scripts or path == "/tai-khoan/login/"  # device keys speak through a script
    assert "style=" not in html


def test_language_switch_keeps_path_search_and_filters(client):
    html = client.get("/dich-vu/?q=khai+sinh&muc_do=4").content.decode()
    assert 'href="/en/dich-vu/?q=khai+sinh&amp;muc_do=4"' in html
    html = client.get("/en/dich-vu/?q=khai+sinh").content.decode()
    assert 'href="/dich-vu/?q=khai+sinh"' in html
    assert '<html lang="en">' in html


@pytest.mark.parametrize(
    "path", ["/", "/gioi-thieu/", "/dich-vu/", "/dich-vu/muc-do-3-4/", "/khong-co/"]
)
def test_pages_start_no_session_for_readers(client, path):
    assert "sessionid" not in client.get(path).cookies


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "most"), [("/", 3), ("/gioi-thieu/", 0)])
def test_pages_make_the_same_number_of_queries_with_more_rows(
    client, django_assert_num_queries, path, most, rows
):
    ServiceFactory.create_batch(rows, paid=True, is_featured=True)
    ServiceFactory.create_batch(rows, is_featured=True)
    with django_assert_num_queries(most):
        client.get(path)


def weight(response) -> int:
    return len(gzip.compress(b"".join(response) if response.streaming else response.content))


def test_first_visit_is_within_the_budget_of_bytes(client):
    """A phone on a bad network: HTML within 20 KB and 60 KB in all, compressed."""
    from django.contrib.staticfiles import finders

    ServiceFactory.create_batch(25, paid=True, is_featured=True)
    home = client.get("/").content.decode()
    files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', home))
    assert len(files) >= 5
    rest = 0
    for name in files:
        with open(finders.find(name), "rb") as file:
            rest += len(gzip.compress(file.read()))
    for path in ("/", "/dich-vu/", "/dich-vu/muc-do-3-4/"):
        html = weight(client.get(path))
        assert html <= 20_000
        assert html + rest <= 60_000


# --- Bad days ---


def test_unknown_address_gets_the_404_page_with_a_way_back(client):
    response = client.get("/khong-co-trang-nay/")
    assert response.status_code == 404
    html = response.content.decode()
    assert "Không tìm thấy trang này" in html
    assert 'href="/"' in html
    assert 'name="q"' in html


def test_nul_in_the_address_gets_the_400_page(client):
    response = client.get("/dich-vu/?q=%00")
    assert response.status_code == 400
    assert "Cổng không hiểu yêu cầu này" in response.content.decode()


def test_form_without_its_token_is_told_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/tai-khoan/login/", {})
    assert response.status_code == 403
    assert "Trang đã mở quá lâu" in response.content.decode()


@pytest.mark.parametrize(
    ("handler", "status"), [("bad_request", 400), ("forbidden", 403), ("not_found", 404)]
)
def test_error_handlers_have_their_page_and_status(rf, handler, status):
    response = getattr(pages, handler)(rf.get("/"), Exception())
    assert response.status_code == status
    assert "<h1>" in response.content.decode()


def test_server_error_needs_no_database(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = pages.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Cổng gặp lỗi" in response.content.decode()


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 503), (errno.EIO, 500)])
def test_server_error_asks_to_come_back_where_a_file_found_no_space(rf, number, status):
    try:
        raise OSError(number, "made by the test")
    except OSError:
        response = pages.server_error(rf.get("/"))
    assert response.status_code == status
    assert response.get("Retry-After") == ("10" if status == 503 else None)


def test_database_unavailable_is_a_503_page_with_retry_after(client, monkeypatch):
    def lost(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("services.models.ServiceQuerySet.published", lost)
    response = client.get("/dich-vu/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "Cổng đang tạm ngừng" in response.content.decode()


@pytest.mark.parametrize("page", ["413.html", "429.html"])
def test_pages_413_and_429_say_what_to_do(rf, page):
    html = render_to_string(page, request=rf.get("/"))
    assert "Về trang đầu" in html


@pytest.mark.parametrize("path", ["/", "/gioi-thieu/", "/suc-khoe/song", "/dich-vu/"])
def test_pages_for_reading_refuse_post(client, path):
    assert client.post(path).status_code == 405
