"""One line of text, and the text field on which those of other kinds stand."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from services import paper_font
from services.questions.base import ANSWER_MISSING, TypedQuestion
from services.questions.spec_keys import read_length, spec_key

EXAMPLE_NAMES = (
    "Phạm Văn Ngheo", "Phạm Thị Bé", "Nguyễn Văn Thuận", "Đinh Thị Lan", "Trần Thị Thu Hà",
    "Phạm Văn Treo", "Huỳnh Ngọc Ánh", "Lê Văn Đức", "Phạm Thị Nía", "Võ Thị Kim Yến",
    "Đinh Văn Dút", "Bùi Quang Huy",
)  # fmt: skip


def _typed(char: str) -> str:
    """Return a character as a keyboard types it: any kind of space is a space."""
    if char in "\r\n\t" or char.isprintable():
        return char
    return " " if unicodedata.category(char) == "Zs" else ""


class CleanCharField(forms.CharField):
    """Text in composed Unicode, without control characters that no keyboard types.

    A text that is too long is refused with a sentence, not cut off. `replacements` are made in what
    was typed before it is checked.
    """

    default_error_messages = {"required": ANSWER_MISSING}
    replacements: ClassVar[tuple[tuple[re.Pattern[str], str], ...]] = ()

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        text = "".join(_typed(char) for char in text)
        for pattern, replacement in self.replacements:
            text = pattern.sub(replacement, text)
        return text

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out the browser's own maxlength: it cuts what is pasted and says nothing."""
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


def refuse_undrawn(text: str) -> None:
    """Raise ValidationError, naming them, when `text` has characters that papers cannot print.

    Refused where they are typed: a paper that could not be printed would block its dossier.
    """
    undrawn = paper_font.undrawn(text)
    if undrawn:
        sentence = _(
            "Giấy tờ không in được ký tự: %(characters)s. Hãy bỏ hoặc viết lại bằng chữ cái."
        )
        characters = {"characters": " ".join(undrawn)}
        raise ValidationError(sentence, code="undrawn", params=characters)


class PrintedCharField(CleanCharField):
    """Text that goes onto papers as it is."""

    default_validators = [refuse_undrawn]


@dataclass(frozen=True, kw_only=True)
class Text(TypedQuestion):
    kind = "text"
    editor_help = "một dòng chữ; “max_length” là số ký tự nhiều nhất (bỏ trống là 200)."
    blank_template = "services/questions/blank/line.html"
    default_max_length: ClassVar[int] = 200

    max_length: int | None = spec_key(read_length, default=None)

    def make_field(self, **common: Any) -> forms.Field:
        return PrintedCharField(max_length=self.max_length or self.default_max_length, **common)

    def words(self, answer: Any) -> str:
        return str(answer)

    def example(self, turn: int) -> str:
        return self._example(turn)[: self.max_length]

    def _example(self, turn: int) -> str:
        label = self.label.lower()
        if "mã số thuế" in label:
            return f"4300{turn % 1_000_000:06d}"
        if any(word in label for word in ("họ và tên", "họ tên", "người đại diện")):
            return EXAMPLE_NAMES[(turn + 5) % len(EXAMPLE_NAMES)]
        return self.placeholder or "Thông tin minh họa"
