"""The font of papers: that it is there, and which characters it draws."""

import shutil

import pytest
from django.core.checks import run_checks
from fontTools.ttLib import TTFont

from services import paper_font

FAULT = "services.E002"


def faults() -> list[str]:
    return [error.msg for error in run_checks() if error.id == FAULT]


@pytest.fixture
def font_without(tmp_path, monkeypatch):
    """Return a function that takes characters out of one face of the font."""

    def take_out(characters: str, face: tuple[int, str]) -> None:
        file = tmp_path / "lacking.ttf"
        shutil.copy(paper_font.path(*face), file)
        with TTFont(file) as font:
            for table in font["cmap"].tables:
                for char in characters:
                    table.cmap.pop(ord(char), None)
            font.save(file)
        true_path = paper_font.path

        def changed_path(weight: int, style: str):
            return file if (weight, style) == face else true_path(weight, style)

        monkeypatch.setattr(paper_font, "path", changed_path)
        paper_font.characters.cache_clear()

    yield take_out
    paper_font.characters.cache_clear()


def test_letters_needed_are_all_letters_and_tones_of_vietnamese():
    assert len(paper_font._letters_of_vietnamese()) == 2 * (12 * 6 + 1)
    assert set("ỨứỴỵĐđẶặỗỠ₫“”–…") <= set(paper_font.NEEDED)


def test_font_draws_every_letter_of_vietnamese_in_every_face():
    assert paper_font.undrawn(paper_font.NEEDED) == ""
    assert faults() == []


@pytest.mark.parametrize("face", paper_font.FACES)
def test_check_names_the_letters_that_one_face_lacks(face, font_without):
    font_without("ữ₫", face)

    assert faults() == ["The font of papers does not draw: ữ₫"]


def test_check_says_that_the_font_is_not_installed(monkeypatch):
    monkeypatch.setattr(paper_font, "PACKAGED_FAMILY", "No Such Font")
    paper_font.characters.cache_clear()

    assert "cannot be read" in faults()[0]


def test_check_names_what_papers_cannot_print_of_the_authority(settings):
    settings.AUTHORITY = {**settings.AUTHORITY, "name": "Huyện ☀"}

    assert [error.msg for error in run_checks() if error.id == "services.E003"] == [
        "AUTHORITY_FILE has characters that papers cannot print: ☀"
    ]


def test_undrawn_names_each_character_once_and_no_white_space():
    assert paper_font.undrawn("a 王\n\u00a0\u2003王b🌺\u200b") == "王🌺"


def test_with_marks_leaves_a_mark_where_the_font_draws_nothing():
    assert paper_font.with_marks("ảnh 📷 王.jpg") == "ảnh □ □.jpg"
