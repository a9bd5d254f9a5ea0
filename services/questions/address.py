"""An address in three parts."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from services.questions.base import AnsweredKind, Question
from services.questions.fields import MISSING, CleanCharField


class Address(AnsweredKind):
    """Stored as {"province", "commune", "detail"}."""

    name = "address"
    help = "address: tỉnh, xã và số nhà, thôn."
    blank_template = "services/questions/blank/address.html"

    def field(self, question: Question, **common: Any) -> forms.Field:
        return AddressField(**common)

    def words(self, question: Question, value: Any) -> str:
        parts = [value.get("detail"), value.get("commune"), value.get("province")]
        return ", ".join(part for part in parts if part)

    def example(self, question: Question, turn: int) -> dict[str, str]:
        areas = settings.AUTHORITY["areas"]
        return {
            "province": areas["home_province"],
            "commune": areas["communes"][turn % len(areas["communes"])],
            "detail": f"Thôn {turn % 9 + 1}",
        }


class AddressWidget(forms.MultiWidget):
    """Province, commune, detail on three lines, each with its own label."""

    template_name = "services/questions/_address.html"
    LABELS = (_("Tỉnh, thành phố"), _("Xã, phường, thị trấn"), _("Số nhà, thôn, tổ dân phố"))

    def __init__(self):
        provinces = [(name, name) for name in settings.AUTHORITY["areas"]["provinces"]]
        super().__init__(
            {
                "province": forms.Select(choices=[("", _("Chọn tỉnh, thành phố")), *provinces]),
                "commune": forms.TextInput(attrs={"list": "xa-phuong"}),
                "detail": forms.TextInput(),
            }
        )

    def decompress(self, value):
        # An answer of another kind, given before the form changed, is no address to show here.
        if not value or not isinstance(value, dict):
            value = {"province": settings.AUTHORITY["areas"]["home_province"]}
        return [value.get("province", ""), value.get("commune", ""), value.get("detail", "")]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        for widget, label in zip(context["widget"]["subwidgets"], self.LABELS, strict=True):
            widget["label"] = label
        context["communes"] = settings.AUTHORITY["areas"]["communes"]
        return context


class AddressField(forms.MultiValueField):
    """An address in the order in which people in Vietnam look it up; all three parts or none."""

    widget = AddressWidget
    default_error_messages = MISSING

    def __init__(self, **kwargs):
        provinces = [(name, name) for name in settings.AUTHORITY["areas"]["provinces"]]
        fields = (
            forms.ChoiceField(
                choices=provinces,
                error_messages={"invalid_choice": _("Hãy chọn tỉnh trong danh sách.")},
            ),
            CleanCharField(max_length=100),
            CleanCharField(max_length=200),
        )
        super().__init__(fields=fields, widget=AddressWidget(), require_all_fields=False, **kwargs)
        self.require_parts(self.required)

    def require_parts(self, required: bool) -> None:
        """Ask for every part, or for none."""
        for part, label in zip(self.fields, AddressWidget.LABELS, strict=True):
            part.required = required
            part.error_messages["incomplete"] = _("Còn thiếu: %(part)s.") % {"part": label}

    def compress(self, values):
        # The home province is chosen beforehand: alone it answers nothing.
        if not any(values[1:] if values else []):
            return None
        return dict(zip(("province", "commune", "detail"), values, strict=True))
