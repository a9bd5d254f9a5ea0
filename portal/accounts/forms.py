"""Forms of allauth.mfa whose labels are not translated there."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

MAX_NAME = 60


class AddKeyForm(AddWebAuthnForm):
    name = forms.CharField(label=_("Tên khóa"), max_length=MAX_NAME, required=False)


class RenameKeyForm(EditWebAuthnForm):
    name = forms.CharField(label=_("Tên khóa"), max_length=MAX_NAME)
