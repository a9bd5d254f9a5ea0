"""Files that are sent in: what each is, whether it is small enough, and what of it is kept.

The sender's file name and Content-Type are never believed; the bytes are. Nothing is decoded here:
whether a picture is whole and a PDF opens is seen by a worker (`dossiers.file_checks`).
"""

import hashlib
import io
import mmap
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from dossiers.applicant import image_structure
from dossiers.verdicts import Reason, sentence

# Content type → suffix.
ACCEPTED = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}
ACCEPT_ATTRIBUTE = ".pdf,.jpg,.jpeg,.png,.webp"
MAX_NAME_LENGTH = 120
PHONE_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif", b"avis"}
# Readers look so far for the header: a scanner or a mail program may have put something before it.
MAX_BEFORE_PDF = 1024
PIECE_BYTES = 64 * 1024

WALKS = {
    "image/jpeg": image_structure.jpeg,
    "image/png": image_structure.png,
    "image/webp": image_structure.webp,
}


class UploadRefused(Exception):
    """The file cannot be kept; the text tells the sender what to do."""


@dataclass(frozen=True)
class ValidatedUpload:
    """What is kept of a file of a kind that is taken. Whoever takes it closes `file`."""

    file: UploadedFile
    name: str
    content_type: str
    size: int
    sha256: str


def rules() -> str:
    """Return the rules in one sentence, to be read before a file is chosen.

    Circular 32/2017/TT-BTTTT asks for it.
    """
    return _("Tệp PDF, JPG, PNG hoặc WebP, mỗi tệp không quá %(size)s.") % {
        "size": filesizeformat(settings.UPLOAD_MAX_BYTES)
    }


def check(upload: UploadedFile | None) -> ValidatedUpload:
    """Return what is kept of the upload, once it is known to be of a kind and size that is taken.

    Of a photograph that is the picture without its EXIF data. Raises UploadRefused, with what to
    do, for no file, an empty, too large or wrong one, and a picture whose structure is broken or
    costs its reader too much.
    """
    if upload is None:
        raise UploadRefused(_("Chưa chọn tệp. Hãy chọn tệp rồi bấm “Tải lên”."))
    _refuse_size(upload)
    content_type = _sniff(upload)
    kept = upload
    if content_type in WALKS:
        kept = _without_metadata(upload, content_type)
    return ValidatedUpload(
        file=kept,
        name=_safe_name(upload.name or "", content_type),
        content_type=content_type,
        size=kept.size or 0,
        sha256=_digest(kept),
    )


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _refuse_size(upload: UploadedFile) -> None:
    if not upload.size:
        raise UploadRefused(
            _("Tệp “%(name)s” trống (0 byte). Hãy chọn lại tệp.") % {"name": _shown(upload)}
        )
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise UploadRefused(
            _(
                "Tệp “%(name)s” nặng %(size)s, quá mức %(most)s. "
                "Hãy chụp lại ở cỡ nhỏ hơn hoặc tách thành nhiều tệp."
            )
            % {
                "name": _shown(upload),
                "size": filesizeformat(upload.size),
                "most": filesizeformat(settings.UPLOAD_MAX_BYTES),
            }
        )


def _stream(upload: UploadedFile) -> IO[bytes]:
    """Return the open file, at its first byte."""
    upload.seek(0)
    return cast(IO[bytes], upload.file)


def _sniff(upload: UploadedFile) -> str:
    """Return the content type that the first bytes tell; raise UploadRefused for any other."""
    head = _stream(upload).read(MAX_BEFORE_PDF)
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(image_structure.PNG_HEADER):
        return "image/png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in head:
        return "application/pdf"
    if head[4:8] == b"ftyp" and head[8:12] in PHONE_BRANDS:
        raise _refused(upload, Reason.PHONE_FORMAT)
    raise _refused(upload, Reason.UNKNOWN_KIND)


def _without_metadata(upload: UploadedFile, content_type: str) -> UploadedFile:
    """Return a copy of a picture with nothing in it but the picture."""
    data = _mapped(upload)
    try:
        picture = WALKS[content_type](data)
        if picture.pixels > settings.UPLOAD_MAX_PIXELS:
            raise image_structure.BadPicture(Reason.TOO_MANY_PIXELS)
        return _copy(data, picture.pieces, upload.name)
    except image_structure.BadPicture as error:
        raise _refused(upload, error.reason) from error
    finally:
        if isinstance(data, mmap.mmap):
            data.close()


def _mapped(upload: UploadedFile) -> image_structure.Bytes:
    """Return the bytes of an upload; those of a large one, which is on the disk, stay there."""
    stream = _stream(upload)
    try:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except io.UnsupportedOperation:  # it is in memory
        return stream.read()


def _copy(
    data: image_structure.Bytes, pieces: list[range | bytes], name: str | None
) -> UploadedFile:
    """Write the pieces one after another, to the disk where they are many."""
    copy = tempfile.SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115
    for piece in pieces:
        if isinstance(piece, bytes):
            copy.write(piece)
            continue
        for start in range(piece.start, piece.stop, PIECE_BYTES):
            copy.write(data[start : min(start + PIECE_BYTES, piece.stop)])
    size = copy.tell()
    copy.seek(0)
    return UploadedFile(copy, name=name, size=size)


def _refused(upload: UploadedFile, reason: Reason) -> UploadRefused:
    return UploadRefused(sentence(reason, _shown(upload)))


def _safe_name(name: str, content_type: str) -> str:
    """Return the sender's name without paths and control characters, with the true suffix."""
    stem = PurePath(_readable(name)).stem.strip(" .")
    return (stem[:MAX_NAME_LENGTH] or _("tệp")) + ACCEPTED[content_type]


def _shown(upload: UploadedFile) -> str:
    """Return the sender's name of a file as a sentence may show it."""
    name = _readable(upload.name or "")
    return name if len(name) <= MAX_NAME_LENGTH else f"{name[:MAX_NAME_LENGTH]}…"


def _readable(name: str) -> str:
    """Return the last part of a path in composed Unicode, without invisible characters.

    Macs send file names in decomposed Unicode.
    """
    last = PurePath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    return "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
