"""Form fields that several kinds share."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MISSING: dict[str, Any] = {"required": _("Hãy điền mục này.")}


class CleanCharField(forms.CharField):
    """Text in composed Unicode, without control characters that no keyboard types.

    Too long is said, not cut off.
    """

    default_error_messages = MISSING
    # Characters that people put between digits, and that do not count.
    separators: re.Pattern[str] | None = None

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        text = "".join(char for char in text if char in "\r\n\t" or char.isprintable())
        return self.separators.sub("", text) if self.separators else text

    def widget_attrs(self, widget):
        """Leave out the browser's own maxlength: it cuts what is pasted and says nothing."""
        return {
            name: value
            for name, value in super().widget_attrs(widget).items()
            if name != "maxlength"
        }


CHOICE_ERRORS: dict[str, Any] = {
    "required": _("Hãy chọn câu trả lời."),
    "invalid_choice": _("Hãy chọn một câu trả lời trong danh sách."),
}


class OneOfField(forms.ChoiceField):
    """One of a list."""

    default_error_messages = CHOICE_ERRORS


class SomeOfField(forms.MultipleChoiceField):
    """Any number of a list."""

    default_error_messages = CHOICE_ERRORS


def stored_values_are_valid(fields: Mapping[str, forms.Field], stored: Mapping[str, Any]) -> bool:
    """Whether each field would accept what is stored for it, were it typed again."""
    for name, field in fields.items():
        value = stored.get(name, field.initial)
        if isinstance(field, forms.MultiValueField):
            typed = field.widget.decompress(value)
        else:
            typed = field.prepare_value(value)
        try:
            field.clean(typed)
        except forms.ValidationError:
            return False
    return True
