"""How much a visitor may store before anything is sent: drafts, and the bytes of their files.

Each refusal is a sentence for the page on which it happens; nothing kept before is touched. The
bytes of one dossier are limited by `drafts.attach`, under its lock.
"""

from http import HTTPStatus

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Sum
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from dossiers import access, throttle
from dossiers.models import Attachment
from services.client_address import client_network


def why_no_new_draft(request: HttpRequest) -> tuple[str, HTTPStatus] | None:
    """Return why this visitor may open no further draft and the status to say it with, or None."""
    if access.open_drafts(request).count() >= settings.MAX_OPEN_DRAFTS:
        sentence = _(
            "Bạn đang có %(most)d hồ sơ điền dở nên chưa mở thêm được. "
            "Hãy điền tiếp và gửi một hồ sơ dưới đây."
        )
        return sentence % {"most": settings.MAX_OPEN_DRAFTS}, HTTPStatus.CONFLICT

    opened = throttle.add("draft", client_network(request), window=throttle.HOUR)
    if opened > settings.DRAFTS_PER_HOUR:
        sentence = _(
            "Mạng bạn đang dùng vừa mở quá nhiều hồ sơ mới. Xin thử lại sau 1 giờ, "
            "hoặc nộp tại Bộ phận Một cửa."
        )
        return sentence, HTTPStatus.TOO_MANY_REQUESTS
    return None


def why_no_upload(request: HttpRequest, upload: UploadedFile) -> str:
    """Return why this visitor may store no more bytes now, or ""."""
    size = upload.size or 0
    drafts = access.open_drafts(request)
    held = Attachment.objects.filter(dossier__in=drafts).aggregate(sum=Sum("size"))["sum"] or 0
    if held + size > settings.BROWSER_MAX_BYTES:
        sentence = _(
            "Các hồ sơ điền dở của bạn đã có %(held)s tệp, tối đa %(most)s. "
            "Hãy gửi bớt hồ sơ, bỏ bớt tệp hoặc chụp lại ở cỡ nhỏ hơn."
        )
        return sentence % {
            "held": filesizeformat(held),
            "most": filesizeformat(settings.BROWSER_MAX_BYTES),
        }

    sent = throttle.add("upload", client_network(request), window=throttle.HOUR, amount=size)
    if sent > settings.UPLOAD_BYTES_PER_HOUR:
        return _(
            "Mạng bạn đang dùng vừa gửi quá nhiều tệp. Xin thử lại sau 1 giờ; "
            "những gì đã lưu vẫn còn."
        )
    return ""
