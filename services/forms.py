"""Searching the catalogue: the words and filters a reader may put into the address of the list."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from services.models import Agency, Audience, Field, ServiceQuerySet


class CatalogueFilter(forms.Form):
    """What to look for. An unknown value is reported by name and then ignored: a list is shown in any case."""

    q = forms.CharField(label=_("Từ cần tìm"), max_length=100, required=False)
    linh_vuc = forms.ChoiceField(label=_("Lĩnh vực"), required=False)
    muc_do = forms.TypedChoiceField(label=_("Mức độ"), coerce=int, empty_value=None, required=False)
    doi_tuong = forms.ChoiceField(label=_("Ai làm"), required=False)
    co_quan = forms.ChoiceField(label=_("Cơ quan giải quyết"), required=False)

    def __init__(self, data, *, fields: list[Field], agencies: list[Agency]):
        """Take the query of the address and the fields and agencies that may be chosen."""
        super().__init__(data)
        choices = {
            "linh_vuc": [(field.code, field.name) for field in fields],
            "muc_do": [
                (level["number"], f"{level['name']}: {level['short']}") for level in settings.AUTHORITY["levels"]
            ],
            "doi_tuong": [(Audience.CITIZEN, Audience.CITIZEN.label), (Audience.BUSINESS, _("Tổ chức, doanh nghiệp"))],
            "co_quan": [(agency.code, agency.name) for agency in agencies],
        }
        for name, options in choices.items():
            self.fields[name].choices = [("", _("Tất cả")), *options]
            self.fields[name].error_messages["invalid_choice"] = _(
                "“%(value)s” không có trong danh sách nên được bỏ qua."
            )
            self.fields[name].widget.attrs["class"] = "form-select"
        self.fields["q"].widget.attrs.update({"class": "form-control", "type": "search", "autocomplete": "off"})

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
        services = services.matching(chosen.get("q", ""))
        if chosen.get("linh_vuc"):
            services = services.filter(field__code=chosen["linh_vuc"])
        if chosen.get("muc_do"):
            services = services.filter(level=chosen["muc_do"])
        if chosen.get("doi_tuong"):
            services = services.filter(audience__in=[chosen["doi_tuong"], Audience.BOTH])
        if chosen.get("co_quan"):
            services = services.filter(agency__code=chosen["co_quan"])
        return services
