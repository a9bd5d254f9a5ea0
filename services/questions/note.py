"""A note between questions."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from services.questions.base import Statement


@dataclass(frozen=True, kw_only=True)
class Note(Statement):
    kind = "note"
    editor_help = "lời dặn giữa các câu hỏi; chỉ để đọc, “key” không bắt buộc."
    blank_template = "services/questions/blank/note.html"

    def html(self) -> SafeString:
        return format_html('<p class="form-note">{}</p>', self.label)
