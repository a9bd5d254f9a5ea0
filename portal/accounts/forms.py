"""Forms of allauth.mfa: labels of ours, a field that takes any input, and limits on guessing."""

import json
from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts import sign_in_limits

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


# --- Codes of an app, and recovery codes ---


class SlowGuesses:
    """Takes a try at the account's codes before one is compared, so that guesses slow down."""

    def clean_code(self) -> str:
        """Return the right code. Raises ValidationError for a wrong one, or when to wait."""
        refusal = sign_in_limits.reserve_code(context.request, self.user)  # type: ignore[attr-defined]
        if refusal:
            raise forms.ValidationError(refusal, code="too_many_codes")
        code: str = super().clean_code()  # type: ignore[misc]
        sign_in_limits.code_succeeded(context.request, self.user)  # type: ignore[attr-defined]
        return code


class SecondFactorByCodeForm(SlowGuesses, AuthenticateForm):
    pass


class AgainByCodeForm(SlowGuesses, ReauthenticateForm):
    pass
