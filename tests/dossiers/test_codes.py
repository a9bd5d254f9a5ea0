"""Codes as people type, scan, copy and dictate them."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers import codes

FULL_WIDTH = {
    ord(char): ord(char) + 0xFEE0 for char in codes.ALPHABET + codes.ALPHABET.lower() + ".-"
}
# What keyboards, word processors and PDF readers put between the characters of a code.
SEPARATORS = [
    " ",
    "-",
    "–",
    "—",
    ".",
    "_",
    "\u00a0",
    "\u2011",
    "\u2010",
    "\u2212",
    "\u00ad",
    "\u200b",
    "\t",
    "\n",
]

tracking_codes = st.text(codes.ALPHABET, min_size=12, max_size=12).map(codes.group)
official_numbers = st.builds(
    codes.official_number,
    st.sampled_from(["000.00.15.H48", "H55.242", "G09.20"]),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(1, 9999),
)


@st.composite
def typed(draw, code: str) -> str:
    """A tracking code as somebody might type it.

    Any case, anything between any two characters, full-width.
    """
    text = "".join(
        draw(st.sampled_from(["", "", "", *SEPARATORS]))
        + (char.lower() if draw(st.booleans()) else char)
        for char in code.replace("-", "")
    )
    text += draw(st.sampled_from(["", *SEPARATORS]))
    return text.translate(FULL_WIDTH) if draw(st.booleans()) else text


def test_new_code_is_twelve_characters_in_three_groups():
    assert re.fullmatch(r"(?:\w{4}-){2}\w{4}", codes.new_tracking_code())
    assert len({codes.new_tracking_code() for _ in range(200)}) == 200


def test_no_two_characters_of_a_code_look_alike():
    assert not set(codes.ALPHABET) & set("0OQ1IL2Z5S8BUV") - {"Q"}
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET)


@given(st.data(), tracking_codes)
def test_tracking_code_is_read_however_it_is_typed(data, code):
    assert codes.read_tracking_code(data.draw(typed(code))) == code


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_not_but_never_an_error(text):
    code = codes.read_tracking_code(text)
    assert code is None or codes.read_tracking_code(code) == code
    number = codes.read_official_number(text)
    assert number is None or codes.read_official_number(number) == number
    assert codes.find_in(text) is None or codes.find_in(text)[1] in (code, number)


@pytest.mark.parametrize(
    "text", ["", "K7QD-93MX-AT4", "K7QD-93MX-AT4CC", "K7QD-93MX-AT40", "ĐÂY LÀ MỘT MÃ", "-" * 12]
)
def test_what_cannot_be_a_tracking_code_is_none(text):
    assert codes.read_tracking_code(text) is None


def test_official_number_has_the_shape_of_the_circular():
    assert (
        codes.official_number("000.00.15.H48", date(2026, 2, 11), 99) == "000.00.15.H48-260211-0099"
    )


@pytest.mark.parametrize("order", [0, -1, 10_000])
def test_order_number_has_four_digits(order):
    with pytest.raises(ValueError, match="four digits"):
        codes.official_number("000.00.15.H48", date(2026, 2, 11), order)


@given(
    official_numbers,
    st.sampled_from(SEPARATORS[:1]),
    st.sampled_from(["-", "–", "—", "\u2011", "\u2212", " - "]),
)
def test_official_number_is_read_with_any_dash_in_any_case_whatever_the_units_code(
    number, space, dash
):
    assert codes.read_official_number(space + number.lower().replace("-", dash) + space) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "000.00.15.H48",
        "000.00.15.H48-260211",
        "000.00.15.H48-26021-0001",
        "x-٢٦٠٢١١-٠٠٠١",
        "K7QD-93MX-AT4C",
    ],
)
def test_what_cannot_be_an_official_number_is_none(text):
    assert codes.read_official_number(text) is None


@given(tracking_codes, official_numbers)
def test_no_code_is_taken_for_the_other_kind(code, number):
    assert codes.find_in(code) == ("tracking", code)
    assert codes.find_in(number) == ("official", number)


@given(
    tracking_codes,
    st.sampled_from(
        [
            "https://dichvucong.example.vn/ho-so/{}/",
            "http://127.0.0.1:8000/en/ho-so/{}",
            "https://dichvucong.example.vn/ho-so/{}/?moi=1",
            "https://dichvucong.example.vn/ho-so/{}/#dien-bien",
            "https://dichvucong.example.vn/ho-so/{}/bo-sung/",
            "  /ho-so/{}/  ",
            "https://dichvucong.example.vn/tra-cuu/?ma={}",
        ]
    ),
)
def test_address_of_a_dossiers_page_tells_its_code(code, address):
    assert codes.find_in(address.format(code)) == ("tracking", code)


@pytest.mark.parametrize("text", ["", "/", "https://dichvucong.example.vn/", "khai sinh", "\x00"])
def test_other_words_tell_no_code(text):
    assert codes.find_in(text) is None
