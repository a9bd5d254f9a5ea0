"""The hooks of allauth: mails about accounts, where a sign-in leads, for how long it is fresh."""

import logging
from datetime import timedelta

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers.outbox import mail_server
from portal.accounts import staff

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
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
                    request, _("Máy chủ thư đang trục trặc nên chưa gửi được thư cho bạn.")
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
