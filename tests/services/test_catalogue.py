"""Facts about the catalogue that is shipped: what the portal owes its readers."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from services import catalogue_files
from services.models import TimeUnit
from services.questions.specification import parse

FOLDER = Path(settings.BASE_DIR) / "services" / "catalogue"
CATALOGUE = catalogue_files.read(FOLDER)
SERVICES = {service["slug"]: service for service in CATALOGUE.services}
ONLINE = [slug for slug, service in SERVICES.items() if service["level"] >= 3]

# The six services of the page that the portal is modelled on, with their titles.
SIX = {
    "cap-giay-phep-xay-dung-tram-bts-loai-ii": "Cấp Giấy phép xây dựng trạm BTS (loại II)",
    "cap-lai-ban-chinh-giay-khai-sinh": "Cấp lại bản chính giấy khai sinh",
    "cap-so-va-tro-cap-uu-dai-giao-duc-va-dao-tao": "Cấp sổ và trợ cấp ưu đãi giáo dục và đào tạo",
    "cap-giay-chung-nhan-nguoi-bi-thuong": "Cấp giấy chứng nhận người bị thương",
    "phong-tang-truy-tang-danh-hieu-ba-me-viet-nam-anh-hung": (
        "Phong tặng, truy tặng danh hiệu Bà Mẹ Việt Nam anh hùng"
    ),
    "giai-quyet-che-do-tro-cap-tuat-doi-voi-vo-hoac-chong-liet-si-tai-gia": (
        "Giải quyết chế độ trợ cấp tuất đối với vợ (hoặc chồng) liệt sĩ tái giá"
    ),
}
every_service = pytest.mark.parametrize("slug", SERVICES)
every_online_service = pytest.mark.parametrize("slug", ONLINE)


def forms_of(service):
    return [service["form"], *(template["form"] for template in service["templates"])]


def test_services_are_at_least_twenty_two():
    assert len(SERVICES) >= 22


def test_levels_have_at_least_three_services_each():
    levels = Counter(service["level"] for service in SERVICES.values())
    assert set(levels) == {1, 2, 3, 4}
    assert min(levels.values()) >= 3


def test_fields_with_services_are_at_least_six():
    assert len({service["field"] for service in SERVICES.values()}) >= 6


def test_fields_have_services():
    assert {field["code"] for field in CATALOGUE.fields} == {
        service["field"] for service in SERVICES.values()
    }


@pytest.mark.parametrize("slug", SIX)
def test_services_of_the_model_page_are_online_and_on_the_home_page(slug):
    service = SERVICES[slug]
    assert service["name"] == SIX[slug]
    assert service["level"] >= 3
    assert service["featured"]


def test_home_page_features_only_the_six_of_the_model_page():
    assert {slug for slug, service in SERVICES.items() if service["featured"]} == set(SIX)


@pytest.mark.parametrize(
    ("slug", "amount"),
    [
        ("cap-giay-phep-xay-dung-tram-bts-loai-ii", 100_000),
        ("cap-lai-ban-chinh-giay-khai-sinh", 8_000),
    ],
)
def test_fee_that_is_paid_online_has_an_amount_and_says_where_it_comes_from(slug, amount):
    (fee,) = SERVICES[slug]["fees"]
    assert SERVICES[slug]["level"] == 4
    assert fee["amount"] == amount
    assert "HĐND tỉnh" in fee["note"]
    assert "minh họa" in fee["note"]


def test_education_allowance_costs_nothing():
    assert SERVICES["cap-so-va-tro-cap-uu-dai-giao-duc-va-dao-tao"]["fees"] == []


@every_service
def test_fee_of_a_level_four_service_can_be_paid(slug):
    if SERVICES[slug]["level"] == 4:
        assert None not in [fee["amount"] for fee in SERVICES[slug]["fees"]]


@every_service
def test_fee_without_an_amount_says_who_sets_it(slug):
    assert all(fee["note"] for fee in SERVICES[slug]["fees"] if fee["amount"] is None)


@every_service
def test_service_has_every_item_of_level_one(slug):
    service = SERVICES[slug]
    for item in (
        "name",
        "summary",
        "applicants",
        "steps",
        "channels",
        "conditions",
        "papers",
        "result",
        "legal_basis",
    ):
        assert service[item], item
    assert service["sets"] >= 1
    assert service["time_limit"] is None or service["time_limit"] > 0
    assert len(service["steps"]) >= 3


@every_service
def test_service_from_level_two_has_a_form_to_take_that_asks_something(slug):
    service = SERVICES[slug]
    if service["level"] >= 2:
        assert service["templates"]
        for template in service["templates"]:
            assert parse(template["form"] or service["form"])
    else:
        assert not service["templates"]
        assert not service["form"]


@every_online_service
def test_online_form_has_two_to_four_pages_and_each_asks(slug):
    sections = parse(SERVICES[slug]["form"])
    assert 2 <= len(sections) <= 4
    assert all(section.form_questions or section.file_questions for section in sections)


@every_online_service
def test_online_form_does_not_ask_the_applicant_twice(slug):
    keys = {
        question.key
        for section in parse(SERVICES[slug]["form"])
        for question in section.form_questions
    }
    assert not keys & {
        "ho_ten",
        "so_dinh_danh_nguoi_nop",
        "dien_thoai",
        "email",
        "thu_dien_tu",
        "dia_chi",
    }


@every_online_service
def test_declaration_is_filled_in_and_not_uploaded(slug):
    papers = SERVICES[slug]["papers"]
    assert [paper["upload"] for paper in papers if paper["kind"] == "form"] == [False]
    assert all(paper["upload"] for paper in papers if paper["kind"] != "form")


@every_online_service
def test_papers_have_other_keys_than_the_files_asked_in_the_form(slug):
    service = SERVICES[slug]
    asked = {
        question.key
        for section in parse(service["form"])
        for question in (*section.form_questions, *section.file_questions)
    }
    assert not asked & {paper["key"] for paper in service["papers"]}


@every_service
def test_service_lives_in_the_file_of_its_name(slug):
    assert (FOLDER / "services" / f"{slug}.yaml").is_file()


def test_procedure_codes_are_unique():
    codes = [service["code"] for service in SERVICES.values() if service["code"]]
    assert len(codes) == len(set(codes))


def test_special_days_off_are_weekdays_of_2026_to_2028():
    for row in CATALOGUE.special_days:
        assert 2026 <= row["day"].year <= 2028
        assert row["kind"] == "make_up" or row["day"].weekday() < 5


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_special_days_of_a_year_are_five_weekdays_for_tet_and_twelve_in_all(year):
    off = [
        row for row in CATALOGUE.special_days if row["day"].year == year and row["kind"] == "off"
    ]
    assert sum("Tết Nguyên đán" in row["name"] for row in off) == 5
    assert len(off) == 12


class TestAuthority:
    authority = yaml.safe_load((FOLDER / "authority.yaml").read_text(encoding="utf-8"))

    def test_it_is_what_the_settings_read(self):
        assert self.authority == settings.AUTHORITY

    def test_it_is_the_district_of_the_model_page(self):
        assert self.authority["name"] == "Ủy ban nhân dân huyện Ba Tơ"
        assert self.authority["phone"] == "055-3863273"

    def test_all_four_levels_are_explained(self):
        assert [level["number"] for level in self.authority["levels"]] == [1, 2, 3, 4]
        assert all(
            level["name"] and level["short"] and level["text"] for level in self.authority["levels"]
        )

    def test_all_six_forms_of_the_desk_are_named(self):
        forms = self.authority["form_set"]["forms"]
        assert [form["number"] for form in forms] == ["01", "02", "03", "04", "05", "06"]

    def test_its_communes_and_the_provinces_of_the_time_are_complete(self):
        areas = self.authority["areas"]
        assert len(set(areas["communes"])) == 19
        assert len(set(areas["provinces"])) == 63
        assert areas["home_province"] in areas["provinces"]

    def test_working_hours_are_clock_times_and_eight_in_all(self):
        minutes = [
            [60 * int(moment[:2]) + int(moment[3:]) for moment in period]
            for period in self.authority["working_hours"]
        ]
        assert sum(closes - opens for opens, closes in minutes) == 8 * 60


def test_unit_of_time_is_one_that_the_calendar_counts():
    assert {service["time_unit"] for service in SERVICES.values()} <= set(TimeUnit.values)
