"""Addresses: all parts or none."""

from services.questions.address import AddressField
from tests.services.questions.field_errors import refusal


def test_address_needs_all_its_parts_and_names_the_missing_one():
    assert AddressField().clean(["Quảng Ngãi", "Ba Xa", "Thôn 1"]) == {
        "province": "Quảng Ngãi", "commune": "Ba Xa", "detail": "Thôn 1",
    }  # fmt: skip
    assert "Số nhà" in refusal(AddressField(), ["Quảng Ngãi", "Ba Xa", ""])


def test_address_of_the_home_province_alone_is_none():
    assert AddressField(required=False).clean(["Quảng Ngãi", "", ""]) is None
    assert refusal(AddressField(), ["Quảng Ngãi", "", ""])


def test_address_outside_the_provinces_of_the_list_is_refused():
    assert "trong danh sách" in refusal(AddressField(), ["Atlantis", "Ba Xa", "Thôn 1"])
