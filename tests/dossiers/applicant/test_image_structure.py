"""The structure of pictures: what is kept is the picture, and walking it is cheap."""

import io
import struct
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, PngImagePlugin

from dossiers.applicant import image_structure, uploads
from dossiers.applicant.image_structure import BadPicture
from dossiers.verdicts import Reason
from tests.dossiers.file_samples import (
    blank_png,
    chunk,
    many_scans,
    photograph,
    png_of,
    segment,
    written_pdf,
)
from tests.dossiers.file_samples import saved as pdf_bytes

WALKS = {"JPEG": image_structure.jpeg, "PNG": image_structure.png, "WEBP": image_structure.webp}
PLACE, CAMERA, SOFTWARE = b"Nuoc Nhu 15.0421N", b"Nokia 3310", b"Zalo 24.1"


def stripped(content: bytes, format: str = "JPEG") -> bytes:
    pieces = WALKS[format](content).pieces
    return b"".join(
        piece if isinstance(piece, bytes) else content[piece.start : piece.stop] for piece in pieces
    )


def reason(content: bytes, format: str = "JPEG") -> Reason:
    with pytest.raises(BadPicture) as bad:
        WALKS[format](content)
    return bad.value.reason


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def same_pixels(one: bytes, other: bytes) -> bool:
    first, second = opened(one), opened(other)
    if (first.size, first.mode) != (second.size, second.mode):
        return False
    difference = ImageChops.difference(first.convert("RGBA"), second.convert("RGBA"))
    return difference.getbbox(alpha_only=False) is None


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone writes: the camera, the place, how it was held."""
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010F] = CAMERA.decode()
    block[0x8825] = {1: "N", 2: (15.0, 4.0, 21.0), 27: PLACE}
    return block


# --- What is dropped ---


def test_jpeg_keeps_neither_place_nor_camera_nor_comment_nor_what_follows_it():
    photo = photograph(exif=exif(), comment=b"cua toi", xmp=b"<x:xmpmeta>" + PLACE)
    with_iptc = photo[:2] + segment(0xED, b"Photoshop 3.0\x00" + PLACE) + photo[2:]
    film = with_iptc + b"\x00\x00\x00\x18ftypmp42" + PLACE
    kept = stripped(film)
    for private in (PLACE, CAMERA, b"cua toi", b"xmpmeta", b"ftyp", b"Exif"):
        assert private in film
        assert private not in kept
    assert same_pixels(kept, photo)
    assert not opened(kept).getexif()


def test_jpeg_of_several_pictures_keeps_the_first():
    buffer = io.BytesIO()
    first, second = (opened(photograph()) for _picture in range(2))
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    kept = stripped(buffer.getvalue())
    assert kept.count(b"\xff\xd8\xff") == 1
    assert b"MPF" not in kept
    assert same_pixels(kept, buffer.getvalue()[: len(buffer.getvalue())])


def test_png_keeps_neither_texts_nor_exif_nor_time_nor_frames():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Software", SOFTWARE.decode())
    texts.add_itxt("Comment", PLACE.decode(), zip=False)
    texts.add(b"tIME", bytes(7))
    photo = photograph(format="PNG", pnginfo=texts, exif=exif())
    kept = stripped(photo, "PNG")
    for private in (PLACE, CAMERA, SOFTWARE, b"tIME", b"eXIf"):
        assert private in photo
        assert private not in kept
    assert same_pixels(kept, photo)


def test_png_that_moves_becomes_its_first_picture():
    buffer = io.BytesIO()
    frames = [opened(photograph((40, 30), "PNG")) for _frame in range(3)]
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:], duration=100)
    kept = stripped(buffer.getvalue(), "PNG")
    assert getattr(opened(kept), "n_frames", 1) == 1
    assert same_pixels(kept, photograph_of(frames[0]))


def photograph_of(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_webp_keeps_neither_place_nor_camera():
    photo = photograph(format="WEBP", exif=exif(), xmp=b"<x:xmpmeta>" + PLACE)
    kept = stripped(photo, "WEBP")
    for private in (PLACE, CAMERA, b"xmpmeta"):
        assert private in photo
        assert private not in kept
    assert same_pixels(kept, photo)


# --- What stays ---


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_stays_the_right_way_up(format, orientation):
    kept = stripped(photograph(format=format, exif=exif(orientation)), format)
    assert opened(kept).getexif().get(0x0112, 1) == orientation
    assert CAMERA not in kept


@pytest.mark.parametrize("format", WALKS)
def test_picture_keeps_its_colour_profile(format):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = stripped(photograph(format=format, icc_profile=profile), format)
    assert opened(kept).info["icc_profile"] == profile


def test_jpeg_in_four_inks_keeps_the_segment_that_says_so():
    buffer = io.BytesIO()
    opened(photograph()).convert("CMYK").save(buffer, "JPEG")
    assert same_pixels(stripped(buffer.getvalue()), buffer.getvalue())


@pytest.mark.parametrize("missing", [1, 2, 8, 12])
def test_png_without_its_end_gets_one(missing):
    photo = photograph(format="PNG")
    assert stripped(photo[:-missing], "PNG") == photo


SAVED = {
    "JPEG": st.fixed_dictionaries(
        {"quality": st.integers(1, 95), "progressive": st.booleans(), "optimize": st.booleans()},
        optional={"restart_marker_blocks": st.integers(1, 4), "comment": st.binary(max_size=99)},
    ),
    "PNG": st.fixed_dictionaries({"compress_level": st.integers(0, 9)}),
    "WEBP": st.fixed_dictionaries({"quality": st.integers(1, 100), "lossless": st.booleans()}),
}
MODES = {"JPEG": ["L", "RGB", "CMYK"], "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]}


@given(st.data(), st.sampled_from(sorted(WALKS)), st.integers(1, 40), st.integers(1, 40))
def test_picture_without_its_metadata_has_the_same_pixels(data, format, width, height):
    mode = data.draw(st.sampled_from(MODES.get(format, ["RGB", "RGBA"])))
    colours = data.draw(st.binary(min_size=16, max_size=16))
    picture = Image.frombytes("L", (4, 4), colours).resize((width, height)).convert(mode)
    buffer = io.BytesIO()
    options = data.draw(SAVED[format])
    orientation = data.draw(st.integers(1, 8))
    picture.save(buffer, format, exif=exif(orientation), **options)
    assert same_pixels(stripped(buffer.getvalue(), format), buffer.getvalue())


# --- What is refused ---


@pytest.mark.parametrize("frame", sorted(image_structure.OTHER_FRAMES))
def test_jpeg_of_a_kind_that_browsers_do_not_draw_is_refused(frame):
    photo = photograph()
    assert reason(photo.replace(b"\xff\xc0", bytes([0xFF, frame]), 1)) == Reason.UNREADABLE_PICTURE


def test_jpeg_of_too_many_scans_is_refused():
    assert image_structure.jpeg(many_scans(64, 64, 50))
    assert reason(many_scans(64, 64, 150)) == Reason.TOO_MANY_SCANS


def test_picture_of_too_many_parts_is_refused():
    assert reason(photograph()[:2] + segment(0xFE, b"") * 6_000) == Reason.TOO_COMPLEX
    small = blank_png(4, 4)
    assert reason(small[:33] + chunk(b"tEXt", b"") * 20_001, "PNG") == Reason.TOO_COMPLEX
    assert reason(b"RIFF0000WEBP" + b"XXXX\x00\x00\x00\x00" * 20_001, "WEBP") == Reason.TOO_COMPLEX


def test_webp_that_moves_is_refused():
    frames = [opened(photograph((40, 30))) for _frame in range(2)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    assert reason(buffer.getvalue(), "WEBP") == Reason.ANIMATED


@pytest.mark.parametrize("edges", [(0, 8), (8, 0)])
def test_picture_without_width_or_height_is_refused(edges):
    assert reason(png_of(*edges), "PNG") == Reason.BROKEN
    sizes = struct.pack(">BHH", 8, *edges)
    assert reason(b"\xff\xd8" + segment(0xC0, sizes) + segment(0xDA, b"")) == Reason.BROKEN


def test_webp_is_as_large_as_the_larger_of_canvas_and_picture():
    photo = photograph(format="WEBP", exif=exif(6))
    assert image_structure.webp(photo).pixels == 160 * 120
    canvas = photo.index(b"VP8X") + 12
    wide = photo[:canvas] + b"\xff\xff\x00\xff\xff\x00" + photo[canvas + 6 :]
    assert image_structure.webp(wide).pixels == 65_536 * 65_536


BEGINNINGS = {"JPEG": b"\xff\xd8\xff", "PNG": image_structure.PNG_HEADER, "WEBP": b"RIFF    WEBP"}
WHOLE = {format: photograph((24, 16), format, exif=exif(6)) for format in WALKS}


@given(st.sampled_from(sorted(WALKS)), st.binary(max_size=500))
def test_walk_of_any_bytes_ends_with_a_picture_or_a_reason(format, rest):
    with suppress(BadPicture):
        WALKS[format](BEGINNINGS[format] + rest)


@given(
    st.sampled_from(sorted(WALKS)),
    st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=6)), min_size=1, max_size=6),
)
def test_walk_of_a_damaged_picture_ends_with_a_picture_or_a_reason(format, damages):
    content = bytearray(WHOLE[format])
    for place, there in damages:
        start = max(int(place * len(content)), 12)
        content[start : start + max(len(there), 1)] = there
    with suppress(BadPicture):
        assert WALKS[format](bytes(content)).pixels


# --- What it costs ---

MAX_SECONDS = 0.3  # of the processor, whatever file within the limits was sent
TEN_MEGABYTES = 10 * 1024 * 1024
FULL = {
    "a photograph": lambda: photograph((3000, 2000), quality=98),
    "10,000 scans": lambda: many_scans(7746, 7745, 10_000),
    "60 megapixels": lambda: blank_png(7746, 7745),
    "markers without end": lambda: _filled(_jpeg_of_one_scan(), b"\xff"),
    "stuffed zeros": lambda: _filled(_jpeg_of_one_scan(), b"\xff\x00"),
    "restarts": lambda: _filled(_jpeg_of_one_scan(), b"\xff\xd0"),
    "small segments": lambda: _filled(b"\xff\xd8", segment(0xFE, b"")),
    "small standalone markers": lambda: _filled(b"\xff\xd8", b"\xff\x01"),
    "small chunks": lambda: _filled(blank_png(4, 4)[:33], chunk(b"IDAT", b"")),
    "small chunks of a WebP": lambda: _filled(b"RIFF0000WEBP", b"ALPH\x00\x00\x00\x00"),
    "a PDF": lambda: _filled(pdf_bytes(written_pdf()), b" "),
}


def _jpeg_of_one_scan() -> bytes:
    photo = photograph()
    return photo[: photo.index(b"\xff\xda") + 20]


def _filled(beginning: bytes, filling: bytes) -> bytes:
    return (beginning + filling * (TEN_MEGABYTES // len(filling)))[:TEN_MEGABYTES]


def check(content: bytes) -> None:
    """Check a file as large uploads come: from the disk."""
    with TemporaryUploadedFile("anh", "image/jpeg", len(content), None) as file:
        file.write(content)
        file.flush()
        try:
            checked = uploads.check(file)
        except uploads.UploadRefused:
            return
        checked.file.close()


@pytest.mark.parametrize("kind", FULL)
def test_check_of_any_file_within_the_limits_takes_little_of_the_processor(kind):
    content = FULL[kind]()
    assert len(content) <= TEN_MEGABYTES
    assert min(processor_seconds(lambda: check(content)) for _try in range(3)) < MAX_SECONDS


def processor_seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.parametrize("kind", ["a photograph", "60 megapixels", "stuffed zeros", "a PDF"])
def test_check_of_a_file_takes_less_memory_than_the_file(kind):
    content = FULL[kind]()
    tracemalloc.start()
    try:
        check(content)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < TEN_MEGABYTES


def test_check_keeps_a_photograph_of_which_nothing_private_is_left(settings):
    photo = photograph(exif=exif(6))
    checked = uploads.check(SimpleUploadedFile("anh.jpg", photo))
    with checked.file:
        kept = checked.file.read()
    assert (PLACE in photo, PLACE in kept) == (True, False)
    assert checked.size == len(kept) < len(photo)
