"""Files that are sent in: whether each is whole, small enough, and a PDF or a picture.

The sender's file name and Content-Type are never believed; the bytes are.
"""

import hashlib
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, cast

import pypdf
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageFile

# Content type → suffix; what an officer's machine opens without harm.
ACCEPTED = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
ACCEPT_ATTRIBUTE = ".pdf,.jpg,.jpeg,.png"
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
MAX_NAME_LENGTH = 120


class UploadRefused(Exception):
    """The file cannot be kept; the text tells the sender what to do."""


@dataclass(frozen=True)
class ValidatedUpload:
    """A file found whole and harmless, ready to be kept."""

    file: UploadedFile
    name: str
    content_type: str
    size: int
    sha256: str


def rules() -> str:
    """Return the rules in one sentence, to be read before a file is chosen.

    Circular 32/2017/TT-BTTTT asks for it.
    """
    return _("Tệp PDF, JPG hoặc PNG, mỗi tệp không quá %(size)s.") % {
        "size": filesizeformat(settings.UPLOAD_MAX_BYTES)
    }


def check(upload: UploadedFile | None) -> ValidatedUpload:
    """Return the upload once it is known to be a whole PDF, JPEG or PNG within the limits.

    Raises UploadRefused, with what to do, for no file, an empty, too large, wrong, broken, locked
    or monstrous one.
    """
    if upload is None:
        raise UploadRefused(_("Chưa chọn tệp. Hãy chọn tệp rồi bấm “Tải lên”."))
    _refuse_size(upload)
    content_type = _sniff(upload)
    _CHECKS[content_type](upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return ValidatedUpload(
        file=upload,
        name=_safe_name(upload.name or "", content_type),
        content_type=content_type,
        size=upload.size or 0,
        sha256=digest.hexdigest(),
    )


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
    head = _stream(upload).read(16)
    for magic, content_type in _MAGIC.items():
        if head.startswith(magic):
            return content_type
    raise UploadRefused(
        _("Tệp “%(name)s” không phải PDF, JPG hay PNG. Hãy chụp ảnh giấy tờ hoặc lưu thành PDF.")
        % {"name": _shown(upload)}
    )


def _check_pdf(upload: UploadedFile) -> None:
    try:
        reader = pypdf.PdfReader(_stream(upload))
        locked = reader.is_encrypted and not _opens_for_everybody(reader)
        pages = 0 if locked else len(reader.pages)
    except Exception as error:  # pypdf raises many kinds on malicious bytes
        raise _broken(upload) from error
    if locked:
        raise UploadRefused(
            _("Tệp “%(name)s” có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.") % {"name": _shown(upload)}
        )
    if not pages:
        raise _broken(upload)


def _opens_for_everybody(reader: pypdf.PdfReader) -> bool:
    """Whether a protected PDF opens without a password: it only forbids changes or printing."""
    try:
        return bool(reader.decrypt(""))
    except pypdf.errors.DependencyError:  # a cipher that cannot be tried here
        return False


def _check_image(upload: UploadedFile) -> None:
    # WeasyPrint lets Pillow accept cut-off pictures, for the whole process, as soon as it is
    # imported.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            # The pixels are counted below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(_stream(upload), formats=["JPEG", "PNG"]) as image:
                if image.width * image.height > settings.UPLOAD_MAX_PIXELS:
                    raise Image.DecompressionBombError
                # Decoded to its end, so that a cut-off photo is refused, but scaled down, which
                # takes a tenth of the memory.
                image.draft("L", (1, 1))
                image.load()
    except Image.DecompressionBombError as error:
        raise UploadRefused(
            _("Ảnh “%(name)s” quá lớn. Hãy chụp lại ở cỡ nhỏ hơn.") % {"name": _shown(upload)}
        ) from error
    except Exception as error:  # Pillow raises many kinds, too
        raise _broken(upload) from error


def _broken(upload: UploadedFile) -> UploadRefused:
    return UploadRefused(
        _("Tệp “%(name)s” bị hỏng hoặc tải lên chưa trọn. Hãy mở thử trên máy rồi gửi lại.")
        % {"name": _shown(upload)}
    )


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


_CHECKS = {"application/pdf": _check_pdf, "image/jpeg": _check_image, "image/png": _check_image}
