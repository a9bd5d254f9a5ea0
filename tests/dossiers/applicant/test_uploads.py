"""Files that are sent in: one of a kind that is taken is kept, any other is refused in words."""

import hashlib
import io
from contextlib import closing, suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dossiers.applicant import uploads
from dossiers.applicant.uploads import UploadRefused, ValidatedUpload
from tests.dossiers.factories import image_file, pdf_file
from tests.dossiers.file_samples import heic, png_of


def upload(content: bytes, name: str = "giấy.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def refusal(file) -> str:
    with pytest.raises(UploadRefused) as refused:
        uploads.check(file)
    return str(refused.value)


def kept(file) -> tuple[ValidatedUpload, bytes]:
    """Check a file that is taken; return what was said of it, and the bytes that are kept."""
    checked = uploads.check(file)
    with closing(checked.file):
        return checked, checked.file.read()


# --- What is kept ---


@pytest.mark.parametrize(
    ("file", "content_type", "name"),
    [
        (pdf_file("Đơn đề nghị.pdf", pages=3), "application/pdf", "Đơn đề nghị.pdf"),
        (image_file("anh.jpg"), "image/jpeg", "anh.jpg"),
        (image_file("ANH.JPEG"), "image/jpeg", "ANH.jpg"),
        (image_file("anh.png", format="PNG"), "image/png", "anh.png"),
        (image_file("zalo.jpg", format="WEBP"), "image/webp", "zalo.webp"),
    ],
    ids=["pdf", "jpg", "jpeg", "png", "webp"],
)
def test_check_keeps_a_whole_file_under_its_name(file, content_type, name):
    content = file.read()
    checked, stored = kept(file)
    assert (checked.content_type, checked.name, checked.size) == (content_type, name, len(content))
    assert checked.sha256 == hashlib.sha256(content).hexdigest()
    assert stored == content


def test_check_keeps_a_large_file_on_the_disk_like_one_in_memory():
    content = image_file(size=(400, 300)).read()
    with TemporaryUploadedFile("anh.jpg", "image/jpeg", len(content), None) as file:
        file.write(content)
        checked, stored = kept(file)
        assert checked.sha256 == hashlib.sha256(content).hexdigest()
        assert stored == content


def test_check_takes_the_type_from_the_bytes():
    photo = SimpleUploadedFile("don.pdf", image_file().read(), "application/pdf")
    checked, _stored = kept(photo)
    assert (checked.content_type, checked.name) == ("image/jpeg", "don.jpg")
    assert photo.name == "don.pdf"


def test_check_keeps_a_photo_that_holds_several_pictures():
    """Telephones save a preview beside the photo (MPO); the photo alone is kept."""
    buffer = io.BytesIO()
    pictures = [Image.new("RGB", (40, 30), colour) for colour in ("#884422", "#224488")]
    pictures[0].save(buffer, "MPO", save_all=True, append_images=pictures[1:])
    checked, stored = kept(upload(buffer.getvalue(), "anh.jpg"))
    assert checked.content_type == "image/jpeg"
    with Image.open(io.BytesIO(stored)) as photo:
        assert (photo.format, photo.size) == ("JPEG", (40, 30))


@pytest.mark.parametrize("before", [b"HTTP/1.1 200 OK\r\n\r\n", b"\x00" * 1000, b"\xef\xbb\xbf"])
def test_check_knows_a_pdf_whose_header_is_within_the_first_1024_bytes(before):
    checked, stored = kept(upload(before + pdf_file().read()))
    assert checked.content_type == "application/pdf"
    assert stored.startswith(before)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Rin\\don.pdf", "don.pdf"),
        ("don\x00.exe.pdf", "don.exe.pdf"),
        ("don\r\nSet-Cookie: a=b.pdf", "donSet-Cookie a=b.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("Giấy xác nhận \U0001f600.pdf", "Giấy xác nhận \U0001f600.pdf"),
        ("Gia\u0302\u0301y.pdf", "Giấy.pdf"),
        ("x" * 400 + ".pdf", "x" * 120 + ".pdf"),
        ("don", "don.pdf"),
        ("...", "tệp.pdf"),
        ("\x01", "tệp.pdf"),
    ],
)
def test_check_keeps_of_a_name_what_people_read(sent, name):
    file = pdf_file()
    file._name = sent  # past Django's own cleaning: what a page gets must not depend on it
    assert uploads.check(file).name == name


def test_rules_tell_types_and_size(settings):
    settings.UPLOAD_MAX_BYTES = 3 * 1024 * 1024
    assert "PDF, JPG" in uploads.rules()
    assert "3" in uploads.rules()


# --- What is refused ---


def test_check_refuses_no_file_in_words():
    assert "Chưa chọn tệp" in refusal(None)


BAD = {
    "empty": (b"", "trống"),
    "a program": (b"MZ\x90\x00" + b"\x00" * 500, "không phải PDF, JPG, PNG hay WebP"),
    "a picture that moves": (b"GIF89a" + b"\x00" * 500, "không phải PDF, JPG, PNG hay WebP"),
    "a page": (b"<html><script>alert(1)</script>", "không phải PDF, JPG, PNG hay WebP"),
    "a word file": (b"PK\x03\x04" + b"\x00" * 500, "không phải PDF, JPG, PNG hay WebP"),
    "a PDF far behind other bytes": (b" " * 1100 + b"%PDF-1.7", "không phải PDF, JPG, PNG"),
    "an iPhone's photo": (heic(b"heic"), "Tương thích nhất"),
    "an AVIF picture": (heic(b"avif"), "lưu ảnh thành JPG"),
    "a film": (heic(b"isom"), "không phải PDF, JPG, PNG hay WebP"),
    "a photo that only begins": (b"\xff\xd8\xff\xe0", "bị hỏng"),
    "a PNG cut off": (image_file(size=(400, 300), format="PNG").read()[:-40], "bị hỏng"),
    "a WebP cut off": (image_file(size=(400, 300), format="WEBP").read()[:-40], "bị hỏng"),
    "a bomb": (png_of(20_000, 20_000), "quá lớn"),
    "a small bomb": (png_of(10_000, 6_001), "quá lớn"),
}


@pytest.mark.parametrize("kind", BAD)
def test_check_names_a_bad_file_and_what_is_wrong(kind):
    content, words = BAD[kind]
    sentence = refusal(upload(content, "Giấy khai sinh.pdf"))
    assert words in sentence
    assert "Giấy khai sinh.pdf" in sentence


def test_check_tells_the_size_and_the_limit_of_a_file_too_large(settings):
    settings.UPLOAD_MAX_BYTES = 1024
    sentence = refusal(upload(b"%PDF-" + b"x" * 3000))
    assert "2,9" in sentence
    assert "1,0" in sentence


def test_check_shows_no_more_of_a_name_than_can_be_read():
    file = upload(b"MZ")
    file._name = "\x00\u202e" + "x" * 5000
    sentence = refusal(file)
    assert len(sentence) < 400
    assert sentence.isprintable()


@given(st.binary(max_size=3000))
def test_check_refuses_any_bytes_in_words(content):
    assert refusal(upload(content))


WHOLE = [
    pdf_file(pages=2).read(),
    image_file().read(),
    image_file(format="PNG").read(),
    image_file(format="WEBP").read(),
]


@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=9)), max_size=8),
)
def test_check_keeps_or_refuses_a_file_damaged_anywhere(content, damages):
    damaged = bytearray(content)
    for place, bytes_there in damages:
        start = int(place * len(damaged))
        damaged[start : start + len(bytes_there)] = bytes_there
    with suppress(UploadRefused):
        checked, stored = kept(upload(bytes(damaged)))
        assert checked.size == len(stored)
