"""What a dossier is called: the tracking code that people keep.

And the regulated official number.
"""

import re
import secrets
import unicodedata
from datetime import date

# No 0 O, 1 I L, 2 Z, 5 S, 8 B, U V: what is misread on paper or misheard on the telephone is not in
# it.
ALPHABET = "3467ACDEFGHJKMNPQRTWXY9"
TRACKING_LENGTH = 12
# Whatever stands between characters: spaces, every kind of dash, and what word processors hide in
# copied text.
_SEPARATORS = re.compile(r"[\W_]+")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
# The unit code is a setting, and newer ones have other shapes (H55.242).
_OFFICIAL = re.compile(r"[A-Z0-9]+(?:\.[A-Z0-9]+)+-[0-9]{6}-[0-9]{4}")
_PARTS_OF_AN_ADDRESS = re.compile(r"[/?#&=]")
MAX_NUMBER_OF_A_DAY = 9999


def new_tracking_code() -> str:
    """Return a random code of 12 characters (54 bits), grouped 4-4-4 as it is printed.

    "K7QD-93MX-AT4C".
    """
    return group("".join(secrets.choice(ALPHABET) for _ in range(TRACKING_LENGTH)))


def group(characters: str) -> str:
    """Return twelve characters in three groups of four."""
    return "-".join(characters[start : start + 4] for start in range(0, TRACKING_LENGTH, 4))


def read_tracking_code(typed: str) -> str | None:
    """Return the code as it is stored, from any case, with or without separators.

    None when it cannot be one.
    """
    bare = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed)).upper()
    if len(bare) != TRACKING_LENGTH or any(char not in ALPHABET for char in bare):
        return None
    return group(bare)


def official_number(unit_code: str, day: date, order: int) -> str:
    """Return the number of Circular 01/2018/TT-VPCP art.

    19: unit code, date of receipt, order number of that day.

    Raises ValueError when the day's four digits are used up.
    """
    if not 1 <= order <= MAX_NUMBER_OF_A_DAY:
        raise ValueError(f"order number {order} does not fit in four digits")
    return f"{unit_code}-{day:%y%m%d}-{order:04d}"


def read_official_number(typed: str) -> str | None:
    """Return the official number as it is stored, spaces and case forgiven.

    None when it cannot be one.
    """
    bare = _DASHES.sub("-", re.sub(r"\s+", "", unicodedata.normalize("NFKC", typed)).upper())
    return bare if _OFFICIAL.fullmatch(bare) else None


def find_in(text: str) -> tuple[str, str] | None:
    """Tell what was typed or scanned: ("tracking", code), ("official", number), or None.

    A scanned QR gives the address of the tracking page, so each part of an address is tried, the
    last one first.
    """
    for candidate in (text, *reversed(_PARTS_OF_AN_ADDRESS.split(text))):
        if tracking := read_tracking_code(candidate):
            return "tracking", tracking
        if official := read_official_number(candidate):
            return "official", official
    return None
