"""Signing up with an e-mail address: who has to prove it, and the name of the account."""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AbstractUser
from django.http import HttpRequest
from django.utils import timezone

from portal.models import User

# So begins the name of every account that was made by a sign-up.
_NAME = "congdan-"


class SignUpVerificationStage(EmailVerificationStage):
    """Asks those who signed up, until they first come in, for the code in their mail.

    Accounts made in the admin or for the demo have no address that anybody confirmed; they sign in
    with name and password alone. So does whoever has been in: a mail server that is down later
    shuts nobody out.
    """

    def handle(self):
        if self.login.user is not None and not is_new_sign_up(self.login.user):
            return None, True
        return super().handle()


def is_new_sign_up(user: AbstractUser) -> bool:
    """Whether the account was made by a sign-up whose address nobody has confirmed yet.

    Told by its name: allauth makes a row for the address of any account when a stranger signs up,
    or asks for a new password, with that address.
    """
    if user.last_login is not None or user.is_staff or not user.username.startswith(_NAME):
        return False
    return EmailAddress.objects.filter(user_id=user.pk, verified=False).exists()


def confirm_by_reset(request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Take a password set by mail as proof of the address it went to. A receiver of allauth.

    Whoever signed up and never read the code gets in this way; with two addresses it would not be
    known which one was read.
    """
    addresses = list(EmailAddress.objects.filter(user_id=user.pk))
    if len(addresses) == 1 and not addresses[0].verified:
        addresses[0].set_verified()


def new_username() -> str:
    """Return a name that tells nothing: made from the address it would tell who has signed up."""
    return f"{_NAME}{secrets.token_hex(6)}"


def forget_unconfirmed() -> int:
    """Delete accounts whose address was not confirmed for UNCONFIRMED_KEEP_DAYS; return how many.

    Somebody else may have typed the address; its owner shall be able to sign up. Whoever has ever
    signed in, owns a dossier or is staff is left alone.
    """
    limit = timezone.now() - timedelta(days=settings.UNCONFIRMED_KEEP_DAYS)
    old = User.objects.filter(
        username__startswith=_NAME,
        last_login=None,
        is_staff=False,
        date_joined__lt=limit,
        dossiers=None,
    )
    unconfirmed = old.filter(emailaddress__verified=False).exclude(emailaddress__verified=True)
    rows = User.objects.filter(pk__in=list(unconfirmed.values_list("pk", flat=True)))
    _total, by_model = rows.delete()
    return by_model.get("portal.User", 0)
