"""The limits of files while a request is being read, before Django's own upload handlers."""

from io import BytesIO
from typing import cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _


class LeftOutFile(UploadedFile):
    """The name of a file that came after the first UPLOAD_MAX_FILES; its content was not kept."""


class UploadLimits(FileUploadHandler):
    """Keeps the first UPLOAD_MAX_FILES files of a request, and UPLOAD_MAX_BYTES of each.

    In `request.FILES` the files after these are each a LeftOutFile, and one that is too large has
    its true size and no content, so that the page can name them all.
    """

    def __init__(self, request=None):
        super().__init__(request)
        self.count = 0

    @property
    def leaves_out(self) -> bool:
        """Whether the file that is being read comes after the last one to be kept."""
        return self.count > settings.UPLOAD_MAX_FILES

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.count += 1
        if self.leaves_out:
            # Not SkipFile: for that, Django would close the file before this one.
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand the data on to the next handler, or keep nothing of it."""
        if self.leaves_out or start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            return None
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Return a file without content, or None: then the next handler has it."""
        if self.leaves_out:
            return LeftOutFile(BytesIO(), self.file_name, self.content_type, file_size)
        if file_size <= settings.UPLOAD_MAX_BYTES:
            return None
        for handler in cast(HttpRequest, self.request).upload_handlers:
            if hasattr(handler, "file"):
                handler.file.close()  # what was kept before it became too large
        return UploadedFile(BytesIO(), self.file_name, self.content_type, file_size)


def rule() -> str:
    """Return how much may be sent at once, in one sentence."""
    return _("Mỗi lần gửi không quá %(files)d tệp và %(size)s tổng cộng.") % {
        "files": settings.UPLOAD_MAX_FILES,
        "size": filesizeformat(settings.UPLOAD_MAX_REQUEST_BYTES),
    }


def left_out_sentence(files: list[LeftOutFile]) -> str:
    """Return which files were not taken, and what to do."""
    return _(
        "Cổng chỉ nhận %(most)d tệp mỗi lần gửi. %(count)d tệp sau chưa được nhận: %(names)s. "
        "Hãy chọn lại những tệp này rồi tải lên."
    ) % {
        "most": settings.UPLOAD_MAX_FILES,
        "count": len(files),
        "names": ", ".join(file.name or "" for file in files),
    }
