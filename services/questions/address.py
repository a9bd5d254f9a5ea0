"""An address in Vietnam: province, commune and detail, kept as a mapping of these three."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from services.questions.base import FormQuestion
from services.questions.text import PrintedCharField

PARTS = ("province", "commune", "detail")
LABELS = (_("Tỉnh, thành phố"), _("Xã, phường, thị trấn"), _("Số nhà, thôn, tổ dân phố"))


class AddressWidget(forms.MultiWidget):
    """The parts on three lines, each with its own label."""

    template_name = "services/questions/_address.html"

    def __init__(self) -> None:
        choices = [("", _("Chọn tỉnh, thành phố")), *_provinces()]
        super().__init__(
            {
                "province": forms.Select(choices=choices),
                "commune": forms.TextInput(attrs={"list": "xa-phuong"}),
                "detail": forms.TextInput(),
            }
        )

    def decompress(self, value: Any) -> list[str]:
        # An answer of another kind, given before the form changed, is no address to show here.
        if not value or not isinstance(value, dict):
            value = {"province": settings.AUTHORITY["areas"]["home_province"]}
        return [value.get(part, "") for part in PARTS]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for widget, label in zip(context["widget"]["subwidgets"], LABELS, strict=True):
            widget["label"] = label
        context["communes"] = settings.AUTHORITY["areas"]["communes"]
        return context


class AddressField(forms.MultiValueField):
    """All three parts or none, in the order in which people in Vietnam look an address up."""

    widget = AddressWidget

    def __init__(self, **kwargs: Any) -> None:
        unknown_province = {"invalid_choice": _("Hãy chọn tỉnh trong danh sách.")}
        fields = (
            forms.ChoiceField(choices=_provinces(), error_messages=unknown_province),
            PrintedCharField(max_length=100),
            PrintedCharField(max_length=200),
        )
        super().__init__(fields=fields, widget=AddressWidget(), require_all_fields=False, **kwargs)
        for part, label in zip(self.fields, LABELS, strict=True):
            part.required = self.required
            part.error_messages["incomplete"] = _("Còn thiếu: %(part)s.") % {"part": label}

    def compress(self, values: list[str]) -> dict[str, str] | None:
        # The home province is chosen beforehand: alone it answers nothing.
        if not any(values[1:]):
            return None
        return dict(zip(PARTS, values, strict=True))


def _provinces() -> list[tuple[str, str]]:
    return [(name, name) for name in settings.AUTHORITY["areas"]["provinces"]]


@dataclass(frozen=True, kw_only=True)
class Address(FormQuestion):
    kind = "address"
    editor_help = "địa chỉ, gồm tỉnh, xã và số nhà hoặc thôn, tổ."
    blank_template = "services/questions/blank/address.html"

    def make_field(self, **common: Any) -> forms.Field:
        return AddressField(**common)

    def words(self, answer: Any) -> str:
        """Return the address on one line, from the smallest part to the largest."""
        parts = [answer.get(part) for part in reversed(PARTS)]
        return ", ".join(part for part in parts if part)

    def example(self, turn: int) -> dict[str, str]:
        areas = settings.AUTHORITY["areas"]
        communes = areas["communes"]
        return {
            "province": areas["home_province"],
            "commune": communes[turn % len(communes)],
            "detail": f"Thôn {turn % 9 + 1}",
        }
