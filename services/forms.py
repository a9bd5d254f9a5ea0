"""Searching the catalogue: the words and filters a reader may put into the address of the list."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from services.models import Agency, Audience, Field, ServiceQuerySet


class Chooser(forms.ChoiceField):
    """A drop-down filter; nothing chosen means everything."""

    default_error_messages = {
        "invalid_choice": _("“%(value)s” không có trong danh sách nên được bỏ qua.")
    }

    def __init__(self, label: Any):
        super().__init__(
            label=label, required=False, widget=forms.Select(attrs={"class": "form-select"})
        )

    def offer(self, options: Iterable[tuple[Any, Any]]) -> None:
        """Let people choose among (value, label) pairs."""
        self.choices = [("", _("Tất cả")), *options]


class CatalogueFilter(forms.Form):
    """What to look for.

    An unknown value is reported by name and then ignored: a list is shown in any case.
    """

    q = forms.CharField(
        label=_("Từ cần tìm"),
        max_length=100,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "form-control", "type": "search", "autocomplete": "off"}
        ),
    )
    linh_vuc = Chooser(_("Lĩnh vực"))
    muc_do = Chooser(_("Mức độ"))
    doi_tuong = Chooser(_("Ai làm"))
    co_quan = Chooser(_("Cơ quan giải quyết"))

    def __init__(self, data: Any, *, fields: list[Field], agencies: list[Agency]):
        """Take the query of the address, and the fields and agencies that may be chosen."""
        super().__init__(data)
        levels = settings.AUTHORITY["levels"]
        self._offer("linh_vuc", [(field.code, field.name) for field in fields])
        self._offer(
            "muc_do", [(level["number"], f"{level['name']}: {level['short']}") for level in levels]
        )
        self._offer(
            "doi_tuong", [(who.value, who.label) for who in (Audience.CITIZEN, Audience.BUSINESS)]
        )
        self._offer("co_quan", [(agency.code, agency.name) for agency in agencies])

    def _offer(self, name: str, options: list[tuple[Any, Any]]) -> None:
        cast(Chooser, self.fields[name]).offer(options)

    @property
    def choosers(self) -> list[forms.BoundField]:
        """The drop-down filters, without the search words."""
        return [bound for bound in self if bound.name != "q"]

    @property
    def narrowing(self) -> bool:
        """Whether any filter besides the words is in force."""
        return any(self.cleaned_data.get(bound.name) for bound in self.choosers)

    def apply(self, services: ServiceQuerySet) -> ServiceQuerySet:
        """Return those of `services` that match every valid word and filter."""
        self.full_clean()
        chosen = self.cleaned_data
        wanted = {
            "field__code": chosen.get("linh_vuc"),
            "level": chosen.get("muc_do"),
            "agency__code": chosen.get("co_quan"),
            "audience__in": chosen.get("doi_tuong") and [chosen["doi_tuong"], Audience.BOTH],
        }
        return services.matching(chosen.get("q", "")).filter(
            **{key: value for key, value in wanted.items() if value}
        )
