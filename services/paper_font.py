"""The one font of papers: its four files, and which characters they draw.

The font comes as a Python package, so that a paper looks the same on every machine and needs no
font of the system (docs/adr/0013-the-font-of-papers.md).
"""

import unicodedata
from functools import cache
from pathlib import Path

import fontpkg
from fontTools.ttLib import TTFont

PACKAGED_FAMILY = "Spectral"
# What stylesheets call it: a name of our own, so that no font of the system is taken for it.
FAMILY = "PortalPaper"
FACES = ((400, "normal"), (700, "normal"), (400, "italic"), (700, "italic"))

# Printed in place of a character that the font does not draw, where nobody can be asked to
# change it.
MARK = "□"


def _letters_of_vietnamese() -> str:
    """Return all letters with all tones, in both cases (TCVN 6909), composed."""
    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    small = "đ" + "".join(letter + tone for letter in "aăâeêioôơuưy" for tone in tones)
    return unicodedata.normalize("NFC", small + small.upper())


# What every face must draw: Vietnamese, what papers print besides, and the mark.
NEEDED = _letters_of_vietnamese() + "0123456789₫–—“”‘’…•²³°№" + MARK


def path(weight: int, style: str) -> Path:
    """Return the file of a face. Raises fontpkg.FontpkgError when it is not installed."""
    return Path(fontpkg.path(PACKAGED_FAMILY, weight, style))


def face_rules() -> str:
    """Return the stylesheet that makes the faces known under FAMILY."""
    return "\n".join(
        f'@font-face {{ font-family: {FAMILY}; src: url("{path(weight, style).as_uri()}"); '
        f"font-weight: {weight}; font-style: {style}; }}"
        for weight, style in FACES
    )


@cache
def characters() -> frozenset[int]:
    """Return the code points that all four faces draw."""
    return frozenset.intersection(*(_characters_of(path(*face)) for face in FACES))


def _characters_of(file: Path) -> frozenset[int]:
    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def undrawn(text: str) -> str:
    """Return the characters of `text` that the font does not draw, each once, in their order.

    White space and characters that are never seen do not count.
    """
    candidates = [char for char in dict.fromkeys(text) if ord(char) not in characters()]
    return "".join(char for char in candidates if not _is_invisible(char))


def _is_invisible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cf")


def with_marks(text: str) -> str:
    """Return `text` with a mark for each character that the font does not draw."""
    return text.translate({ord(char): MARK for char in undrawn(text)})
