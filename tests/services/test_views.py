"""The catalogue as people read it."""

import io
import re
import unicodedata

import pytest
from django.core.files.base import ContentFile
from pypdf import PdfReader

from services.models import Service
from tests.services.factories import (
    AgencyFactory,
    FeeFactory,
    FieldFactory,
    FormTemplateFactory,
    PaperFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db


def text(response) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def names(response) -> list[str]:
    """The names of the services a list shows, in its order."""
    return re.findall(r'card-line__name"><a href="[^"]+">([^<]+)</a>', response.content.decode())


# --- Searching ---


@pytest.fixture
def birth() -> Service:
    return ServiceFactory(
        name="Cấp lại bản chính Giấy Khai Sinh", field=FieldFactory(name="Hộ tịch", code="ho-tich")
    )


@pytest.fixture
def building() -> Service:
    return ServiceFactory(
        name="Cấp giấy phép xây dựng nhà ở", field=FieldFactory(name="Xây dựng", code="xay-dung")
    )


@pytest.mark.parametrize(
    "words",
    [
        "khai sinh",
        "KHAI SINH",
        "Khai  Sinh",
        "sinh khai",
        "giấy khai sinh",
        unicodedata.normalize("NFD", "Giấy khai sinh"),
    ],
)
def test_search_finds_the_words_however_they_are_typed(client, birth, building, words):
    assert names(client.get("/dich-vu/", {"q": words})) == [birth.name]


@pytest.mark.parametrize(
    "words", ["xay dung", "xây dựng", unicodedata.normalize("NFD", "XÂY DỰNG")]
)
def test_search_works_without_accents_and_with_taken_apart_letters(client, birth, building, words):
    assert names(client.get("/dich-vu/", {"q": words})) == [building.name]


def test_search_for_nothing_shows_everything_in_the_order_of_the_alphabet(client):
    for name in ("Đăng ký", "Cấp sổ", "Phong tặng"):
        ServiceFactory(name=name)
    assert names(client.get("/dich-vu/?q=")) == ["Cấp sổ", "Đăng ký", "Phong tặng"]


def test_search_box_keeps_the_words_as_text(client):
    html = client.get("/dich-vu/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script" not in html
    assert "&quot;&gt;&lt;script&gt;" in html


def test_search_without_results_says_what_to_try(client, birth, settings):
    page = text(client.get("/dich-vu/?q=tau+vu+tru"))
    assert "Chưa tìm thấy dịch vụ nào" in page
    assert "bỏ mọi bộ lọc" in page
    assert settings.AUTHORITY["phone"] in page


@pytest.mark.parametrize(
    "words", ["%", "_", "\\", "'", "a" * 5000, "'; drop table services_service; --"]
)
def test_search_for_odd_words_is_no_error(client, birth, words):
    assert client.get("/dich-vu/", {"q": words}).status_code == 200


# --- Filters and pages ---


def test_filters_narrow_the_list_and_work_together(client, birth, building):
    assert names(client.get("/dich-vu/?linh_vuc=ho-tich")) == [birth.name]
    assert names(client.get(f"/dich-vu/?co_quan={building.agency.code}")) == [building.name]
    assert names(client.get("/dich-vu/?linh_vuc=ho-tich&q=xay")) == []


def test_filter_by_level_shows_only_that_level(client):
    ServiceFactory(name="Đọc")
    ServiceFactory(name="Gửi", online=True)
    assert names(client.get("/dich-vu/?muc_do=3")) == ["Gửi"]


def test_filter_by_audience_finds_a_service_for_both(client):
    ServiceFactory(name="Cho dân", audience="citizen")
    ServiceFactory(name="Cho hai bên", audience="both")
    ServiceFactory(name="Cho doanh nghiệp", audience="business")
    assert names(client.get("/dich-vu/?doi_tuong=citizen")) == ["Cho dân", "Cho hai bên"]
    assert names(client.get("/dich-vu/?doi_tuong=business")) == ["Cho doanh nghiệp", "Cho hai bên"]


@pytest.mark.parametrize(
    "query", ["linh_vuc=xx", "muc_do=9", "muc_do=abc", "doi_tuong=ma", "co_quan=xx"]
)
def test_filter_with_an_unknown_value_is_named_and_ignored(client, birth, query):
    response = client.get(f"/dich-vu/?{query}")
    value = query.split("=")[1]
    assert response.status_code == 200
    assert f"“{value}” không có trong danh sách" in text(response)
    assert names(response) == [birth.name]


@pytest.mark.parametrize("number", ["99", "0", "-1", "abc", "", "1.5", "9" * 5000])
def test_page_number_that_is_unknown_shows_the_first_and_says_so(client, birth, number):
    response = client.get("/dich-vu/", {"trang": number})
    assert response.status_code == 200
    assert "Danh sách không có trang bạn yêu cầu" in text(response)
    assert names(response) == [birth.name]


def test_pages_of_a_long_list_keep_the_search(client):
    ServiceFactory.create_batch(21)
    first = client.get("/dich-vu/?q=dich+vu")
    assert len(names(first)) == 20
    assert "Trang 1 trên 2" in text(first)
    assert 'href="?q=dich+vu&amp;trang=2"' in first.content.decode()
    assert len(names(client.get("/dich-vu/?q=dich+vu&trang=2"))) == 1


def test_filter_offers_only_fields_and_agencies_with_services(client, birth):
    FieldFactory(name="Lĩnh vực trống")
    AgencyFactory(name="Cơ quan trống")
    page = text(client.get("/dich-vu/"))
    assert "Hộ tịch" in page
    assert "Lĩnh vực trống" not in page
    assert "Cơ quan trống" not in page


# --- The two lists ---


@pytest.fixture
def one_of_each_level() -> None:
    ServiceFactory(name="Mức một")
    ServiceFactory(name="Mức hai", downloadable=True)
    ServiceFactory(name="Mức ba", online=True)
    ServiceFactory(name="Mức bốn", paid=True)


def test_list_of_level_3_and_up_holds_only_those(client, one_of_each_level):
    assert sorted(names(client.get("/dich-vu/muc-do-3-4/"))) == ["Mức ba", "Mức bốn"]


def test_list_of_levels_1_and_2_holds_only_those(client, one_of_each_level):
    assert sorted(names(client.get("/dich-vu/muc-do-1-2/"))) == ["Mức hai", "Mức một"]


def test_list_is_grouped_by_field_in_the_order_of_the_catalogue(client):
    for order, name in ((2, "Xây dựng"), (1, "Hộ tịch")):
        field = FieldFactory(name=name, order=order)
        ServiceFactory.create_batch(2, field=field, online=True)
    headings = re.findall(
        r"<h2 id=\"linh-vuc-[^>]+>([^<]+)", client.get("/dich-vu/muc-do-3-4/").content.decode()
    )
    assert headings == ["Hộ tịch", "Xây dựng"]


def test_list_without_services_says_so(client):
    assert "Hiện chưa có dịch vụ nào trong danh sách này" in text(
        client.get("/dich-vu/muc-do-3-4/")
    )


# --- One service ---


def test_level_1_gives_everything_to_read_and_where_to_go(client, settings):
    service = ServiceFactory(channels=["Nộp tại xã"])
    FormTemplateFactory(service=service, name="Tờ khai giấy")
    response = client.get(service.get_absolute_url())
    page, html = text(response), response.content.decode()
    assert "Dịch vụ này nộp trực tiếp. Nộp tại xã" in page
    assert settings.AUTHORITY["address"] in page
    assert settings.AUTHORITY["desk"]["hours"] in page
    assert "Tờ khai giấy" in page
    assert "Nộp hồ sơ" not in re.findall(r"btn-primary[^>]*>([^<]+)", html)
    assert "/bieu-mau/" not in html


def test_level_2_gives_forms_to_take_and_says_how_to_send_them(client):
    service = ServiceFactory(downloadable=True)
    response = client.get(service.get_absolute_url())
    page = text(response)
    assert service.templates.get().get_absolute_url() in response.content.decode()
    assert "gửi qua bưu điện hoặc mang đến" in page
    assert "/nop-ho-so/" not in response.content.decode()


def test_level_3_is_sent_online_and_paid_and_collected_at_the_counter(client):
    service = ServiceFactory(online=True)
    response = client.get(service.get_absolute_url())
    assert f'href="/nop-ho-so/{service.slug}/"' in response.content.decode()
    assert "Nộp hồ sơ trực tuyến. Bạn đến trực tiếp để trả phí, nếu có, và nhận kết quả." in text(
        response
    )


def test_level_4_is_the_whole_way_online(client):
    service = ServiceFactory(paid=True)
    response = client.get(service.get_absolute_url())
    assert f'href="/nop-ho-so/{service.slug}/"' in response.content.decode()
    assert "Nộp hồ sơ, trả phí và nhận kết quả trực tuyến." in text(response)


def test_service_page_shows_every_item(client):
    service = ServiceFactory(
        downloadable=True,
        name="Đăng ký việc thử",
        steps=["Bước đầu", "Bước cuối"],
        channels=["Qua cửa sổ"],
        sets=3,
        time_limit=7,
        applicants="Người từ đủ 16 tuổi",
        agency=AgencyFactory(name="Phòng Thử nghiệm"),
        result="Giấy chứng nhận thử",
        conditions=["Phải có lý do"],
        legal_basis=["Luật Thử số 1"],
    )
    PaperFactory(service=service, name="Bản vẽ", kind="certified", copies=2)
    PaperFactory(service=service, name="Giấy thêm", required=False)
    FeeFactory(service=service, name="Lệ phí thử", amount=30_000)
    page = text(client.get(service.get_absolute_url()))
    expected = [
        "Đăng ký việc thử",
        "Bước đầu",
        "Bước cuối",
        "Qua cửa sổ",
        "Bản vẽ",
        "Bản sao có chứng thực · 2 bản",
        "1 bản · chỉ nộp nếu có",
        "3 bộ hồ sơ",
        "7 ngày làm việc",
        "Người từ đủ 16 tuổi",
        "Phòng Thử nghiệm",
        "Giấy chứng nhận thử",
        "Tờ khai số",
        "30.000 đồng",
        "Phải có lý do",
        "Nhận kết quả trực tiếp tại nơi giải quyết",
        "Luật Thử số 1",
    ]
    assert [words for words in expected if words not in page] == []


def test_fee_lines_are_added_up(client):
    service = ServiceFactory(online=True)
    FeeFactory(service=service, amount=100_000)
    FeeFactory(service=service, amount=8_000, kind="phi", name="Phí bản sao")
    assert "Tổng cộng 108.000 đồng" in text(client.get(service.get_absolute_url()))


def test_fee_set_elsewhere_is_never_shown_as_a_number(client):
    service = ServiceFactory(online=True)
    FeeFactory(service=service, amount=None)
    FeeFactory(service=service, amount=8_000)
    assert "Tổng cộng Theo quy định hiện hành" in text(client.get(service.get_absolute_url()))


def test_service_without_fees_says_that_nothing_is_taken(client):
    assert "Không thu phí, lệ phí." in text(client.get(ServiceFactory().get_absolute_url()))


def test_time_limit_set_elsewhere_is_said_in_words(client):
    service = ServiceFactory(time_limit=None)
    assert "Thời hạn giải quyết Theo quy định hiện hành" in text(
        client.get(service.get_absolute_url())
    )


def test_service_page_escapes_the_words_of_the_catalogue(client):
    service = ServiceFactory(
        name="<b>đậm</b>", steps=["<script>x</script>"], summary="<i>nghiêng</i>"
    )
    html = client.get(service.get_absolute_url()).content.decode()
    assert "<script" not in html
    assert "<b>đậm" not in html
    assert "<i>nghiêng" not in html


@pytest.mark.parametrize("path", ["/dich-vu/khong-co/", "/dich-vu/khong-co/bieu-mau/1/"])
def test_service_that_is_unknown_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_service_that_is_withdrawn_is_nowhere_to_be_seen(client):
    service = ServiceFactory(downloadable=True, name="Đã gỡ", is_published=False, is_featured=True)
    assert client.get(service.get_absolute_url()).status_code == 404
    assert client.get(service.templates.get().get_absolute_url()).status_code == 404
    for path in ("/", "/dich-vu/", "/dich-vu/muc-do-1-2/"):
        assert "Đã gỡ" not in text(client.get(path))


# --- Forms to take away ---


def download(client, template) -> bytes:
    response = client.get(template.get_absolute_url())
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response.streaming_content)


def test_form_is_printed_from_its_questions(client):
    template = FormTemplateFactory(
        service=ServiceFactory(level=2), name="Tờ khai thử", key="to-khai"
    )
    content = download(client, template)
    page = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "TỜ KHAI THỬ" in page
    assert "Nội dung" in page


def test_form_that_was_uploaded_goes_before_the_printed_one(client):
    template = FormTemplateFactory(service=ServiceFactory(level=2), key="mau")
    template.file.save("mau.docx", ContentFile(b"tep co san"))
    response = client.get(template.get_absolute_url())
    assert b"".join(response.streaming_content) == b"tep co san"
    assert f"{template.service.slug}-mau.docx" in response["Content-Disposition"]


def test_form_of_another_service_is_not_found(client):
    template = FormTemplateFactory(service=ServiceFactory(level=2))
    other = ServiceFactory(level=2)
    assert client.get(f"/dich-vu/{other.slug}/bieu-mau/{template.pk}/").status_code == 404


def test_form_that_cannot_be_printed_is_not_found(client):
    template = FormTemplateFactory(name="Tờ khai 🌺", service=ServiceFactory(online=True))

    assert client.get(template.get_absolute_url()).status_code == 404


def test_form_of_level_1_is_not_found(client):
    template = FormTemplateFactory(service=ServiceFactory(level=1))
    assert client.get(template.get_absolute_url()).status_code == 404


def test_form_that_asks_nothing_is_named_but_has_no_download(client):
    template = FormTemplateFactory(service=ServiceFactory(level=2), form={}, name="Mẫu chưa có")
    html = client.get(template.service.get_absolute_url()).content.decode()
    assert "Mẫu chưa có" in html
    assert template.get_absolute_url() not in html
    assert client.get(template.get_absolute_url()).status_code == 404


# --- Cost ---


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "exactly"),
    [
        ("/dich-vu/", 4),
        ("/dich-vu/?q=dich+vu&muc_do=4", 4),
        ("/dich-vu/muc-do-3-4/", 1),
        ("/dich-vu/muc-do-1-2/", 1),
    ],
)
def test_lists_cost_the_same_whatever_the_rows(
    client, django_assert_num_queries, path, exactly, rows
):
    ServiceFactory.create_batch(rows, paid=True)
    ServiceFactory.create_batch(rows)
    with django_assert_num_queries(exactly):
        client.get(path)


@pytest.mark.parametrize("rows", [1, 3])
def test_service_costs_the_same_whatever_its_papers(client, django_assert_num_queries, rows):
    service = ServiceFactory(online=True)
    for factory in (PaperFactory, FeeFactory, FormTemplateFactory):
        factory.create_batch(rows, service=service)
    with django_assert_num_queries(4):
        client.get(service.get_absolute_url())
