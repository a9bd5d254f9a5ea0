"""Yes or no."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.questions.base import AnsweredKind, Question
from services.questions.fields import OneOfField


class YesNo(AnsweredKind):
    """Stored as "yes" or "no"."""

    name = "yesno"
    help = "yesno: có hoặc không."
    blank_template = "services/questions/blank/yesno.html"

    def field(self, question: Question, **common: Any) -> forms.Field:
        choices = [("yes", _("Có")), ("no", _("Không"))]
        return OneOfField(choices=choices, widget=forms.RadioSelect, **common)

    def words(self, question: Question, value: Any) -> str:
        return str(_("Có") if value == "yes" else _("Không"))

    def example(self, question: Question, turn: int) -> str:
        return "yes"
