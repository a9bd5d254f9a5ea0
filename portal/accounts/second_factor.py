"""The hooks of allauth.mfa."""

from allauth.account.utils import user_username
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext as _


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_label(self, user) -> str:
        """Return the name that the authenticator app shows."""
        return user_username(user)

    def get_totp_issuer(self) -> str:
        return settings.AUTHORITY["portal_name"]

    def generate_authenticator_name(self, user, type: Authenticator.Type) -> str:
        """Return the name that is offered for the next key."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Khóa %(number)d") % {"number": number}
