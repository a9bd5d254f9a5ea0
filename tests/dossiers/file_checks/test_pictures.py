"""Pictures: whole as browsers show them, or refused."""

import io

import pytest
from PIL import Image, ImageFile

from dossiers.file_checks import pictures
from dossiers.file_checks.inspection import Inspection
from dossiers.verdicts import Reason
from tests.dossiers.file_samples import photograph, png_of

MANY = 60_000_000


@pytest.fixture(autouse=True)
def _pillow_as_it_was(monkeypatch):
    """In its own process the inspection sets what it needs for the whole of it."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", ImageFile.LOAD_TRUNCATED_IMAGES)


@pytest.fixture
def inspected(tmp_path):
    def inspect(content: bytes, kind: str = "jpeg", max_pixels: int = MANY) -> Inspection:
        source = tmp_path / "file"
        source.write_bytes(content)
        return pictures.inspect(source, f"image/{kind}", tmp_path / "copy", max_pixels)

    return inspect


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_whole_picture_is_accepted(inspected, kind):
    assert inspected(photograph(format=kind.upper()), kind) == Inspection()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}])
@pytest.mark.parametrize("missing", [1, 2])
def test_jpeg_without_its_end_marker_is_accepted(inspected, options, missing):
    """Cheap scanners leave it out, and every browser shows the picture."""
    assert inspected(photograph(**options)[:-missing]) == Inspection()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.98])
def test_jpeg_with_rows_missing_is_refused(inspected, options, share):
    photo = photograph(**options)
    assert inspected(photo[: int(len(photo) * share)]) == Inspection(Reason.BROKEN)


def test_png_with_rows_missing_is_refused(inspected):
    assert inspected(png_of(100, 100), "png") == Inspection(Reason.BROKEN)
    photo = photograph(format="PNG")
    assert inspected(photo[: len(photo) // 2], "png") == Inspection(Reason.BROKEN)


def test_picture_of_a_rare_kind_is_refused_for_that(inspected):
    twelve_bits = photograph().replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0c", 1)
    assert inspected(twelve_bits) == Inspection(Reason.UNREADABLE_PICTURE)


def test_picture_of_too_many_pixels_is_refused(inspected):
    assert inspected(photograph(), max_pixels=100) == Inspection(Reason.TOO_MANY_PIXELS)


def test_picture_that_says_it_is_another_kind_is_not_opened(inspected):
    assert inspected(photograph(format="GIF")).reason == Reason.UNREADABLE_PICTURE


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webp_gets_a_copy_as_jpeg_the_right_way_up(inspected, tmp_path, mode):
    turned = Image.Exif()
    turned[0x0112] = 6
    buffer = io.BytesIO()
    Image.new(mode, (40, 30), "#884422").save(buffer, "WEBP", exif=turned)
    assert inspected(buffer.getvalue(), "webp") == Inspection(copy_type="image/jpeg")
    with Image.open(tmp_path / "copy") as copy:
        assert (copy.format, copy.size, copy.getexif().get(0x0112, 1)) == ("JPEG", (30, 40), 1)
        red, green, blue = copy.getpixel((15, 20))
    assert (abs(red - 0x88), abs(green - 0x44), abs(blue - 0x22)) <= (12, 12, 12)
