"""Forms of allauth.mfa with labels of ours, and a field that takes any input without an error."""

import json
from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

MAX_NAME = 60
# What the browser's answer holds at least; the library takes it for granted.
PARTS = {"id", "rawId", "response"}


class CredentialField(forms.JSONField):
    """What the key of a device answered, as JSON; whatever else is sent is invalid."""

    def __init__(self):
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value: Any) -> Any:
        """Refuse numbers that Python will not read, and objects that lack a part."""
        try:
            credential = super().to_python(value)
        except (ValueError, RecursionError):
            credential = None
        if not isinstance(credential, dict) or not credential.keys() >= PARTS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return credential

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show nothing again: each answer is good once."""
        return None

    def prepare_value(self, value: Any) -> str:
        return json.dumps(value) if isinstance(value, dict) else ""


class AddKeyForm(AddWebAuthnForm):
    name = forms.CharField(label=_("Tên khóa"), max_length=MAX_NAME, required=False)
    credential = CredentialField()


class RenameKeyForm(EditWebAuthnForm):
    name = forms.CharField(label=_("Tên khóa"), max_length=MAX_NAME)


class SignInByKeyForm(LoginWebAuthnForm):
    credential = CredentialField()


class SecondFactorByKeyForm(AuthenticateWebAuthnForm):
    credential = CredentialField()


class AgainByKeyForm(ReauthenticateWebAuthnForm):
    credential = CredentialField()
