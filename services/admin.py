"""The editor of the catalogue: every item of a service in the words of the page it becomes.

Staff pages are in Vietnamese only, so their texts are plain strings, not translated ones.
"""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from services.models import Agency, Fee, Field, FormTemplate, Paper, Service, SpecialDay
from services.questions.base import Question
from services.questions.registry import KINDS
from services.questions.spec_keys import keys_of
from services.questions.text import refuse_undrawn

# What is written here is printed on papers.
PRINTED_TEXT: dict[type[models.Field], dict[str, Any]] = {
    models.CharField: {"validators": [refuse_undrawn]},
    models.TextField: {"validators": [refuse_undrawn]},
}


def form_help() -> SafeString:
    """Return what the editor of a form may write, kind by kind."""
    kinds = [(kind.kind, kind.editor_help, own_keys(kind)) for kind in KINDS.values()]
    return format_html(
        "Mỗi phần có “key”, “title” và “questions”; mỗi câu hỏi có “key”, “kind” và “label”, "
        "có thể thêm các khóa ghi trong ngoặc. Ghi sai thì thông báo lỗi nêu rõ phần và câu nào. "
        "Loại câu hỏi:<ul>{}</ul>",
        format_html_join("", "<li><code>{}</code>: {}{}</li>", kinds),
    )


def own_keys(kind: type[Question]) -> str:
    """Return the keys that a question of this kind may have beside those that all have."""
    keys = [key for key in keys_of(kind) if key not in ("key", "label")]
    return f" ({', '.join(keys)})" if keys else ""


class LinesField(forms.CharField):
    """A list of sentences, edited as a text with one sentence a line."""

    widget = forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"})

    def prepare_value(self, value: Any) -> Any:
        """The text to edit; what was typed stays as it was typed."""
        return "\n".join(str(line) for line in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """The sentences, without empty lines."""
        text = (value or "").replace("\x00", "")
        return [line.strip() for line in text.splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        super().validate(value)
        refuse_undrawn(" ".join(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class IndentedJSONField(forms.JSONField):
    """JSON that people can read: indented, and with Vietnamese letters as letters."""

    widget = forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField", "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        """Refuse what PostgreSQL could not keep.

        That is a NUL, half a character, what is no number, and nesting without end.
        """
        try:
            read = super().to_python(value)
            text = json.dumps(read, ensure_ascii=False, allow_nan=False)
            text.encode()
        except (ValueError, RecursionError):
            read, text = None, r"\u0000"
        if r"\u0000" in text:
            raise forms.ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": value}
            )
        refuse_undrawn(text)
        return read

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, to be shown again as it was."""
        try:
            read = super().bound_data(data, initial)
            json.dumps(read, ensure_ascii=False).encode()
            return read
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> Any:
        return (
            value
            if isinstance(value, str)
            else json.dumps(value or {}, ensure_ascii=False, indent=2)
        )


class ServiceForm(forms.ModelForm):
    """A service with its lists as lines and its questions as JSON."""

    steps = LinesField(label="Trình tự thực hiện", help_text="Mỗi bước một dòng.")
    channels = LinesField(label="Cách thức thực hiện", help_text="Mỗi cách một dòng.")
    conditions = LinesField(
        label="Yêu cầu, điều kiện", required=False, help_text="Mỗi điều kiện một dòng."
    )
    legal_basis = LinesField(
        label="Căn cứ pháp lý", help_text="Mỗi văn bản một dòng, kèm số hiệu và ngày."
    )
    form = IndentedJSONField(label="Biểu mẫu điện tử", required=False, help_text=form_help())

    class Meta:
        model = Service
        fields = "__all__"  # noqa: DJ007 - the fieldsets below say which are shown

    def clean_form(self) -> dict:
        """An emptied box means no questions."""
        return self.cleaned_data["form"] or {}


class FormTemplateForm(forms.ModelForm):
    """A form to take away.

    Without a file it is printed from these questions, or else from those of the service.
    """

    form = IndentedJSONField(
        label="Nội dung in",
        required=False,
        help_text="Để trống thì in theo biểu mẫu điện tử của dịch vụ.",
    )

    class Meta:
        model = FormTemplate
        fields = ["key", "name", "addressee", "file", "form", "order"]
        widgets = {"name": forms.TextInput(attrs={"class": "vLargeTextField"})}

    def clean_form(self) -> dict:
        return self.cleaned_data["form"] or {}


class PaperInline(admin.TabularInline):
    model = Paper
    extra = 0
    formfield_overrides = PRINTED_TEXT


class FeeInline(admin.TabularInline):
    model = Fee
    extra = 0
    formfield_overrides = PRINTED_TEXT


class FormTemplateInline(admin.StackedInline):
    model = FormTemplate
    form = FormTemplateForm
    extra = 0
    formfield_overrides = PRINTED_TEXT


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    """A dossier keeps what its citizen saw: editing here changes only what comes later."""

    form = ServiceForm
    formfield_overrides = PRINTED_TEXT
    list_display = ["name", "field", "agency", "level", "is_published", "is_featured", "updated_at"]
    list_filter = ["level", "field", "agency", "audience", "is_published", "is_featured"]
    list_select_related = ["field", "agency"]
    search_fields = ["search_text"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["form_version", "updated_at"]
    inlines = [PaperInline, FeeInline, FormTemplateInline]
    fieldsets = [
        (
            None,
            {"fields": ["name", "slug", "code", "summary", "level", "is_published", "is_featured"]},
        ),
        ("Ai làm và ai giải quyết", {"fields": ["field", "agency", "audience", "applicants"]}),
        ("Cách làm", {"fields": ["steps", "channels", "sets", "conditions"]}),
        (
            "Thời hạn và kết quả",
            {"fields": ["time_limit", "time_unit", "time_note", "result", "legal_basis"]},
        ),
        ("Câu hỏi khi nộp trực tuyến", {"fields": ["form", "form_version", "updated_at"]}),
    ]

    def view_on_site(self, service: Service) -> str:
        """Return the public page; the admin's own shortcut by number is closed (portal.urls)."""
        return service.get_absolute_url()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Service], search_term: str
    ) -> tuple[QuerySet[Service], bool]:
        """Find as the public search does, whatever the accents."""
        return queryset & Service.objects.matching(search_term), False


@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):
    formfield_overrides = PRINTED_TEXT
    list_display = ["name", "code", "phone", "email"]
    search_fields = ["name", "code"]


@admin.register(Field)
class FieldAdmin(admin.ModelAdmin):
    formfield_overrides = PRINTED_TEXT
    list_display = ["name", "code", "order", "summary"]
    search_fields = ["name", "code"]


@admin.register(SpecialDay)
class SpecialDayAdmin(admin.ModelAdmin):
    """Holidays and days worked in their place: every due date is counted from these."""

    list_display = ["day", "kind", "name"]
    list_filter = ["kind"]
    date_hierarchy = "day"
