"""Sums in words: the irregular readings by example, everything else by reading the words back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.papers.money_in_words import BILLION, DIGITS, THOUSANDS, dong, number

UNITS = {word: digit for digit, word in enumerate(DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5}


def read_group(words: list[str]) -> int:
    """Read "hai trăm lẻ năm" back."""
    total = 0
    digit = 0
    for word in words:
        match word:
            case "trăm":
                total, digit = total + digit * 100, 0
            case "mươi":
                total, digit = total + digit * 10, 0
            case "mười":
                total += 10
            case "lẻ":
                pass
            case _:
                digit = UNITS[word]
    return total + digit


def read(words: str) -> int:
    """Read a whole number back from its words."""
    if " tỷ" in words:
        billions, _tỷ, rest = words.rpartition(" tỷ")
        return read(billions) * BILLION + (read(rest.strip()) if rest.strip() else 0)
    total, group = 0, []
    for word in words.split():
        if word in THOUSANDS:
            total, group = total + read_group(group) * 1000 ** THOUSANDS.index(word), []
        else:
            group.append(word)
    return total + read_group(group)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (10, "Mười đồng"),
        (11, "Mười một đồng"),
        (14, "Mười bốn đồng"),
        (15, "Mười lăm đồng"),
        (20, "Hai mươi đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (101, "Một trăm lẻ một đồng"),
        (104, "Một trăm lẻ bốn đồng"),
        (110, "Một trăm mười đồng"),
        (5_000, "Năm nghìn đồng"),
        (8_000, "Tám nghìn đồng"),
        (100_000, "Một trăm nghìn đồng"),
        (1_005, "Một nghìn không trăm lẻ năm đồng"),
        (10_050, "Mười nghìn không trăm năm mươi đồng"),
        (1_000_005, "Một triệu không trăm lẻ năm đồng"),
        (1_015_021, "Một triệu không trăm mười lăm nghìn không trăm hai mươi mốt đồng"),
        (2_000_000_000, "Hai tỷ đồng"),
        (
            1_234_567_000_000,
            "Một nghìn hai trăm ba mươi tư tỷ năm trăm sáu mươi bảy triệu đồng",
        ),
    ],
)
def test_sum_is_said_as_a_cashier_says_it(amount, words):
    assert dong(amount) == words


@given(st.integers(min_value=0, max_value=10**19))
def test_words_read_back_give_the_same_number(value):
    assert read(number(value)) == value


@given(st.integers(min_value=0, max_value=10**12))
def test_words_have_single_spaces_and_one_capital(value):
    words = dong(value)

    assert words == " ".join(words.split())
    assert words == words.capitalize()


@given(st.integers(max_value=-1))
def test_negative_sum_is_refused(value):
    with pytest.raises(ValueError, match="negative"):
        dong(value)
