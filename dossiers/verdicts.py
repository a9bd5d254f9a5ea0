"""What may be said of a file that was sent in: why it cannot be used, what an officer must know.

All words about files stand here. A `Reason` is told to the sender as a sentence that says what to
do, and to officers as the label. A `Finding` is told to officers beside a file that is accepted.
"""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """How far the check of a file is. Only an accepted file opens for officers."""

    CHECKING = "checking", _("đang kiểm tra")
    ACCEPTED = "accepted", _("đã kiểm tra")
    REFUSED = "refused", _("không dùng được")
    QUARANTINED = "quarantined", _("đã cách ly")


# What counts as the paper that it was sent for, as far as is known.
USABLE = frozenset({Status.CHECKING, Status.ACCEPTED})


class Reason(TextChoices):
    """Why a file cannot be used."""

    UNKNOWN_KIND = "unknown_kind", _("không phải PDF hay ảnh")
    PHONE_FORMAT = "phone_format", _("ảnh HEIC hoặc AVIF")
    BROKEN = "broken", _("bị hỏng hoặc tải lên chưa trọn")
    UNREADABLE_PICTURE = "unreadable_picture", _("ảnh lưu theo kiểu hiếm gặp")
    ANIMATED = "animated", _("ảnh động")
    TOO_MANY_PIXELS = "too_many_pixels", _("ảnh quá lớn")
    TOO_MANY_SCANS = "too_many_scans", _("ảnh ghép từ quá nhiều lớp")
    LOCKED = "locked", _("có mật khẩu")
    NO_PAGES = "no_pages", _("không có trang nào")
    TOO_COMPLEX = "too_complex", _("quá phức tạp để kiểm tra")
    INFECTED = "infected", _("có mã độc")


SENTENCES: dict[Reason, Promise] = {
    Reason.UNKNOWN_KIND: _(
        "Tệp “%(name)s” không phải PDF, JPG, PNG hay WebP. Hãy chụp ảnh giấy tờ hoặc lưu thành PDF."
    ),
    Reason.PHONE_FORMAT: _(
        "Ảnh “%(name)s” ở dạng HEIC hoặc AVIF mà máy của cán bộ không mở được. Hãy lưu ảnh thành "
        "JPG, hoặc chụp màn hình tấm ảnh rồi gửi ảnh đó. Trên iPhone: Cài đặt › Camera › "
        "Định dạng › Tương thích nhất, rồi chụp lại."
    ),
    Reason.BROKEN: _(
        "Tệp “%(name)s” bị hỏng hoặc tải lên chưa trọn. Hãy mở thử trên máy rồi gửi lại."
    ),
    Reason.UNREADABLE_PICTURE: _(
        "Ảnh “%(name)s” được lưu theo kiểu mà trình duyệt không mở được. "
        "Hãy lưu lại thành JPG thường rồi gửi."
    ),
    Reason.ANIMATED: _("“%(name)s” là ảnh động. Hãy gửi ảnh chụp hoặc PDF."),
    Reason.TOO_MANY_PIXELS: _("Ảnh “%(name)s” quá lớn. Hãy chụp lại ở cỡ nhỏ hơn."),
    Reason.TOO_MANY_SCANS: _(
        "Ảnh “%(name)s” ghép từ quá nhiều lớp. Hãy lưu lại thành JPG thường rồi gửi."
    ),
    Reason.LOCKED: _("Tệp “%(name)s” có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại."),
    Reason.NO_PAGES: _("Tệp PDF “%(name)s” không có trang nào. Hãy lưu lại thành PDF rồi gửi."),
    Reason.TOO_COMPLEX: _(
        "Tệp “%(name)s” quá phức tạp nên không kiểm tra được. "
        "Hãy in lại thành PDF hoặc chụp ảnh giấy tờ rồi gửi."
    ),
    Reason.INFECTED: _(
        "Tệp “%(name)s” có mã độc nên đã bị cách ly, không ai mở được. "
        "Hãy quét máy của bạn rồi gửi một tệp khác."
    ),
}


class Finding(TextChoices):
    """What an accepted PDF holds besides pages; officers read it beside the file."""

    JAVASCRIPT = "javascript", _("có mã JavaScript")
    LAUNCH = "launch", _("có lệnh mở chương trình hoặc tệp khác")
    EMBEDDED_FILE = "embedded_file", _("có tệp đính kèm bên trong")
    XFA = "xfa", _("là biểu mẫu XFA, trình duyệt có thể chỉ hiện trang chờ")
    SUBMITS = "submits", _("có lệnh gửi dữ liệu đi nơi khác")
    OPENS_ADDRESS = "opens_address", _("tự mở địa chỉ trên mạng")
    MEDIA = "media", _("có phim, âm thanh hoặc mô hình 3D")
    SIGNED = "signed", _("có chữ ký số")


# What is taken out of the copy that officers open.
ACTIVE = frozenset(Finding) - {Finding.SIGNED}


def sentence(reason: Reason, name: str) -> str:
    """Return what the sender of the file `name` reads."""
    return str(SENTENCES[reason]) % {"name": name}
