"""The hooks of allauth: addresses, limits on guessing, mails, and where a sign-in leads."""

import ipaddress
import logging
from datetime import timedelta
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers.outbox import mail_server
from portal.accounts import devices, sign_in_limits, sign_up, staff
from services.client_address import client_address

log = logging.getLogger(__name__)

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - nothing listens on it


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the visitor's address; what is none must not get into the key of a count."""
        try:
            return str(ipaddress.ip_address(client_address(request)))
        except ValueError:
            return NO_ADDRESS

    # --- Signing in ---

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Take one try at the account before its password is looked at.

        Raises ValidationError with the sentence for whoever has to wait.
        """
        refusal = sign_in_limits.reserve(request, credentials)
        if refusal:
            raise ValidationError(refusal, code="too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is not None:
            sign_in_limits.succeeded(request, credentials, user)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log.info("a sign-in failed: wrong name or password")
        sign_in_limits.failed(request)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any):
        response = super().post_login(request, user, **kwargs)
        devices.remember_device(request, response, user)
        return response

    def get_login_stages(self) -> list[str]:
        ours = f"{sign_up.SignUpVerificationStage.__module__}.SignUpVerificationStage"
        theirs = "allauth.account.stages.EmailVerificationStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    # --- Signing up ---

    def generate_unique_username(self, txts: list[str | None], regex: str | None = None) -> str:
        return sign_up.new_username()

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner; the same work as for a new account, so that the time tells nothing."""
        make_password("as long as the password of a new account takes")
        super().send_account_already_exists_mail(email)

    # --- Mail ---

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send one mail now; when the mail server fails, say so on the page and go on."""
        try:
            with mail_server.attempt():
                super().send_mail(template_prefix, email, context)
        except OSError as error:  # every error of smtplib is one
            log.error("a mail about an account could not be sent: %s", type(error).__name__)
            request = allauth_context.request
            if request is not None:
                messages.warning(
                    request,
                    _(
                        "Máy chủ thư đang trục trặc nên chưa gửi được thư cho bạn. "
                        "Xin thử lại sau ít phút; những gì đã lưu vẫn còn."
                    ),
                )

    def send_notification_mail(
        self, template_prefix: str, user, context: dict | None = None, email: str | None = None
    ) -> None:
        """Tell of a change to an account; that of staff has its address in the admin alone."""
        if user.is_staff:
            email = email or user.email
        super().send_notification_mail(template_prefix, user, context, email)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where a sign-in leads that was asked for by no page."""
        if request.user.is_staff:
            return reverse("admin:index")
        return super().get_login_redirect_url(request)

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Return False for a moment after a sign-in: it is as fresh as a password typed again."""
        timeout = timedelta(seconds=app_settings.REAUTHENTICATION_TIMEOUT)
        return staff.signed_in_before(self.request, timeout)
