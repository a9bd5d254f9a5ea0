"""Folding of text, and the search that stands on it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.models import Service
from services.search import fold
from tests.services.factories import AgencyFactory, FieldFactory, ServiceFactory

VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ "
)
_vietnamese = st.text(VIETNAMESE + VIETNAMESE.upper())


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Xây Dựng", "xay dung"),
        ("KHAI SINH", "khai sinh"),
        ("Đường", "duong"),
        ("Ðường", "duong"),  # the letter eth, as old keyboards type it
        ("  nhiều \t khoảng\u00a0trống ", "nhieu khoang trong"),
        ("", ""),
    ],
)
def test_fold_gives_bare_letters(written, folded):
    assert fold(written) == folded


@given(st.text())
def test_fold_twice_is_fold_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_fold_is_the_same_of_composed_and_decomposed_text(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(_vietnamese)
def test_fold_ignores_case(text):
    assert fold(text.upper()) == fold(text) == fold(text.lower())


@given(_vietnamese)
def test_fold_of_vietnamese_is_plain_letters(text):
    assert set(fold(text)) <= set("abcdefghijklmnopqrstuvwxyz ")


@given(_vietnamese, _vietnamese)
def test_fold_keeps_a_word_inside_its_text(before, after):
    assert "xay dung" in fold(f"{before} Xây Dựng {after}")


@pytest.mark.django_db
class TestMatching:
    @pytest.fixture(autouse=True)
    def permit(self):
        self.permit = ServiceFactory(
            name="Cấp giấy phép xây dựng",
            code="1.013225",
            field=FieldFactory(name="Viễn thông"),
            agency=AgencyFactory(name="Phòng Kinh tế"),
        )
        ServiceFactory(name="Đăng ký khai sinh", field=FieldFactory(name="Hộ tịch"))

    def found(self, text):
        return [service.pk for service in Service.objects.matching(text)]

    @pytest.mark.parametrize(
        "text",
        [
            "xay dung",
            "XÂY DỰNG",
            unicodedata.normalize("NFD", "xây dựng"),
            "dung giay",
            "1.013225",
            "vien thong",
            "kinh te",
        ],
    )
    def test_service_is_found_by_name_code_field_and_agency_without_accents(self, text):
        assert self.found(text) == [self.permit.pk]

    def test_every_word_must_be_there(self):
        assert self.found("xay khai") == []

    @pytest.mark.parametrize("text", ["%", "_", "\\", "'"])
    def test_signs_of_the_query_language_are_ordinary_letters(self, text):
        assert self.found(text) == []

    def test_no_words_find_everything(self):
        assert len(self.found("  ")) == 2

    def test_renamed_field_is_found_by_its_new_name(self):
        self.permit.field.name = "Trạm phát sóng"
        self.permit.field.save()
        assert self.found("phat song") == [self.permit.pk]
        assert self.found("vien thong") == []

    def test_renamed_agency_is_found_by_its_new_name(self):
        self.permit.agency.name = "Phòng Hạ tầng"
        self.permit.agency.save()
        assert self.found("ha tang") == [self.permit.pk]
