"""The hooks of allauth: how mails about accounts are sent."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib import messages
from django.utils.translation import gettext as _

from dossiers.outbox import mail_server

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
