"""The sign-in of staff."""

from allauth.account.adapter import get_adapter
from django.contrib.admin.forms import AdminAuthenticationForm


class StaffSignInForm(AdminAuthenticationForm):
    """The admin's sign-in, behind the same rate limit as the citizens'."""

    def clean(self) -> dict:
        username = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        if not username or not password:
            return self.cleaned_data

        # Raises ValidationError once this name or this address has failed too often.
        user = get_adapter(self.request).authenticate(
            self.request, username=username, password=password
        )
        if user is None:
            raise self.get_invalid_login_error()

        self.confirm_login_allowed(user)
        self.user_cache = user
        return self.cleaned_data
