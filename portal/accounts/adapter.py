"""The hooks of allauth: who asks from where, how fast passwords are tried, how mails are sent."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.accounts import devices, sign_in_limits, sign_up
from services.client_address import client_address

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

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
