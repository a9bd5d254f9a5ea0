"""Files that are sent in: a whole one is kept, any other is refused in words."""

import hashlib
import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter

from dossiers.applicant import uploads
from dossiers.applicant.uploads import UploadRefused
from tests.dossiers.factories import image_file, pdf_file


def upload(content: bytes, name: str = "giấy.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def refusal(file) -> str:
    with pytest.raises(UploadRefused) as refused:
        uploads.check(file)
    return str(refused.value)


def locked_pdf(user_password: str) -> bytes:
    writer, buffer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_file().read()))), io.BytesIO()
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    writer.write(buffer)
    return buffer.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large and holds next to nothing: a bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


# --- What is kept ---


@pytest.mark.parametrize(
    ("file", "content_type", "name"),
    [
        (pdf_file("Đơn đề nghị.pdf", pages=3), "application/pdf", "Đơn đề nghị.pdf"),
        (image_file("anh.jpg"), "image/jpeg", "anh.jpg"),
        (image_file("ANH.JPEG"), "image/jpeg", "ANH.jpg"),
        (image_file("anh.png", format="PNG"), "image/png", "anh.png"),
    ],
    ids=["pdf", "jpg", "jpeg", "png"],
)
def test_check_keeps_a_whole_file_under_its_name(file, content_type, name):
    content = file.read()
    checked = uploads.check(file)
    assert (checked.content_type, checked.name, checked.size) == (content_type, name, len(content))
    assert checked.sha256 == hashlib.sha256(content).hexdigest()
    assert checked.file.read() == content


def test_check_keeps_a_large_file_on_the_disk_like_one_in_memory():
    content = image_file(size=(400, 300)).read()
    with TemporaryUploadedFile("anh.jpg", "image/jpeg", len(content), None) as file:
        file.write(content)
        checked = uploads.check(file)
        assert checked.sha256 == hashlib.sha256(content).hexdigest()
        assert checked.file.read() == content


def test_check_takes_the_type_from_the_bytes():
    photo = SimpleUploadedFile("don.pdf", image_file().read(), "application/pdf")
    assert (uploads.check(photo).content_type, photo.name) == ("image/jpeg", "don.pdf")
    assert uploads.check(photo).name == "don.jpg"


def test_check_keeps_a_photo_that_holds_several_pictures():
    """Telephones save a preview beside the photo (MPO); it begins as a JPEG and opens as one."""
    buffer = io.BytesIO()
    pictures = [Image.new("RGB", (40, 30), colour) for colour in ("#884422", "#224488")]
    pictures[0].save(buffer, "MPO", save_all=True, append_images=pictures[1:])
    assert uploads.check(upload(buffer.getvalue(), "anh.jpg")).content_type == "image/jpeg"


def test_check_keeps_a_pdf_that_only_forbids_printing():
    assert uploads.check(upload(locked_pdf(""))).content_type == "application/pdf"


@pytest.mark.parametrize(
    ("sent", "kept"),
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
def test_check_keeps_of_a_name_what_people_read(sent, kept):
    file = pdf_file()
    file._name = sent  # past Django's own cleaning: what a page gets must not depend on it
    assert uploads.check(file).name == kept


def test_rules_tell_types_and_size(settings):
    settings.UPLOAD_MAX_BYTES = 3 * 1024 * 1024
    assert "PDF, JPG" in uploads.rules()
    assert "3" in uploads.rules()


# --- What is refused ---


def test_check_refuses_no_file_in_words():
    assert "Chưa chọn tệp" in refusal(None)


BAD = {
    "empty": (b"", "trống"),
    "a program": (b"MZ\x90\x00" + b"\x00" * 500, "không phải PDF, JPG hay PNG"),
    "a picture that moves": (b"GIF89a" + b"\x00" * 500, "không phải PDF, JPG hay PNG"),
    "a page": (b"<html><script>alert(1)</script>", "không phải PDF, JPG hay PNG"),
    "a word file": (b"PK\x03\x04" + b"\x00" * 500, "không phải PDF, JPG hay PNG"),
    "a PDF cut off": (pdf_file(pages=20).read()[:-600], "bị hỏng"),
    "a PDF of nothing": (b"%PDF-1.7\n", "bị hỏng"),
    "a PDF with no page": (pdf_file(pages=0).read(), "bị hỏng"),
    "a PDF with a password": (locked_pdf("bí mật"), "mật khẩu"),
    "a photo cut off": (image_file(size=(400, 300)).read()[:-400], "bị hỏng"),
    "a photo that only begins": (b"\xff\xd8\xff\xe0", "bị hỏng"),
    "a PNG cut off": (image_file(size=(400, 300), format="PNG").read()[:-40], "bị hỏng"),
    "a bomb": (png_of(20_000, 20_000), "quá lớn"),
    "a small bomb": (png_of(10_000, 6_001), "quá lớn"),
    "a picture that is not there": (png_of(100, 100), "bị hỏng"),
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
    locked_pdf("x"),
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
    try:
        assert uploads.check(upload(bytes(damaged))).size == len(damaged)
    except UploadRefused as refused:
        sentence = str(refused)
        assert "giấy.pdf" in sentence
