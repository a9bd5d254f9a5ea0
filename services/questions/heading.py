"""A heading between questions."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from services.questions.base import Statement


@dataclass(frozen=True, kw_only=True)
class Heading(Statement):
    kind = "heading"
    editor_help = "đầu mục giữa các câu hỏi; chỉ để đọc, “key” không bắt buộc."
    blank_template = "services/questions/blank/heading.html"

    def html(self) -> SafeString:
        return format_html('<h2 class="form-heading">{}</h2>', self.label)
