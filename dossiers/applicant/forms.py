"""The forms that citizens fill in, made from the frozen specification of their dossier."""

from collections.abc import Iterator

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier
from services.models import Level
from services.questions.base import (
    CHOICE_MISSING,
    CHOICE_UNKNOWN,
    FormQuestion,
    Statement,
)
from services.questions.citizen_id import CitizenIdField
from services.questions.email import EmailField
from services.questions.phone import PhoneField
from services.questions.specification import Section
from services.questions.text import CleanCharField, PrintedCharField


class StaticText:
    """A crispy layout object for what is read and not answered."""

    def __init__(self, statement: Statement):
        self.statement = statement

    def render(self, form, context, template_pack=None, **kwargs):
        return self.statement.html()


class StepForm(forms.Form):
    """One step of a dossier.

    With `partial`, empty answers are let through: the visitor goes back or stops for now.
    """

    required_css_class = "required"

    def __init__(
        self,
        *args,
        partial: bool = False,
        questions: dict[str, forms.Field] | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.fields |= questions or {}
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        for field in self.fields.values():
            if not field.required:
                field.label = _("%(label)s (không bắt buộc)") % {"label": field.label}
        if partial:
            self._let_empty_through()

    def _let_empty_through(self) -> None:
        for field in self.fields.values():
            field.required = False
            if isinstance(field, forms.MultiValueField):
                for part in field.fields:
                    part.required = False

    def accepts_stored_answers(self) -> bool:
        """Whether each field would accept what the form was filled with, were it typed again."""
        for name, field in self.fields.items():
            stored = self.get_initial_for_field(field, name)
            if isinstance(field, forms.MultiValueField):
                typed = field.widget.decompress(stored)
            else:
                typed = field.prepare_value(stored)
            try:
                field.clean(typed)
            except forms.ValidationError:
                return False
        return True


class SectionForm(StepForm):
    """The questions of one section, in order, with its headings and notes between them."""

    def __init__(self, section: Section, *args, **kwargs):
        questions = {question.key: question.form_field() for question in section.form_questions}
        super().__init__(*args, questions=questions, **kwargs)
        self.helper.layout = Layout(*layout_of(section))


def layout_of(section: Section) -> Iterator[Field | StaticText]:
    """Yield what the page shows, in order; files are asked for on the page of papers."""
    for question in section.questions:
        if isinstance(question, FormQuestion):
            yield Field(question.key)
        elif isinstance(question, Statement):
            yield StaticText(question)


class ApplicantForm(StepForm):
    """Who sends the dossier and how the result reaches them; the same for every service."""

    applicant_name = PrintedCharField(
        label=_("Họ và tên"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    citizen_id = CitizenIdField(
        label=_("Số định danh cá nhân (số căn cước)"), help_text=_("12 chữ số.")
    )
    phone = PhoneField(
        label=_("Số điện thoại"),
        help_text=_("Bốn số cuối là khóa để mở lại hồ sơ của bạn bằng mã tra cứu."),
    )
    email = EmailField(
        label=_("Thư điện tử"),
        required=False,
        help_text=_("Để nhận thông báo mỗi khi hồ sơ có thay đổi."),
    )
    address = PrintedCharField(
        label=_("Địa chỉ liên hệ"),
        max_length=300,
        help_text=_("Số nhà, thôn hoặc tổ, xã, huyện, tỉnh."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def __init__(self, *args, level: int, **kwargs):
        """Take the level of the dossier: an electronic result belongs to level 4."""
        online = [Dossier.Delivery.ONLINE] if level == Level.FULL else []
        offered = [*online, Dossier.Delivery.DESK, Dossier.Delivery.POST]
        delivery = forms.ChoiceField(
            label=_("Nhận kết quả bằng cách nào"),
            choices=[(delivery.value, delivery.label) for delivery in offered],
            widget=forms.RadioSelect,
            error_messages={"required": CHOICE_MISSING, "invalid_choice": CHOICE_UNKNOWN},
        )
        super().__init__(*args, questions={"delivery": delivery}, **kwargs)


class DeclarationForm(forms.Form):
    """The last page: the declaration, and the digest of what was read on it."""

    declared = forms.BooleanField(
        label=_(
            "Tôi cam đoan những điều khai trên là đúng sự thật "
            "và chịu trách nhiệm về lời khai của mình."
        ),
        error_messages={"required": _("Hãy đánh dấu vào lời cam đoan trước khi gửi.")},
    )
    reviewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class LookupForm(forms.Form):
    """The lookup box: a tracking code or an official number."""

    ma = CleanCharField(
        label=_("Mã tra cứu hoặc mã số hồ sơ"),
        max_length=200,
        error_messages={"required": _("Hãy nhập mã in trên giấy hoặc trong thư xác nhận.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class UnlockForm(forms.Form):
    """The second factor."""

    xac_minh = CleanCharField(
        label=_("Bốn số cuối của số điện thoại trong hồ sơ"),
        max_length=30,
        help_text=_("Nhập cả số điện thoại cũng được."),
        error_messages={
            "required": _("Hãy nhập bốn số cuối của số điện thoại đã khai trong hồ sơ.")
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class NoteForm(forms.Form):
    """Words that go with a supplement or a withdrawal."""

    note = CleanCharField(
        label=_("Lời nhắn cho cán bộ"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
