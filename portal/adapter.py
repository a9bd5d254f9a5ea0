"""What allauth asks of the house: its mails about accounts, sent while somebody waits for the page."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as visit
from django.contrib import messages
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """An account does not depend on a mail server: when it is down, people are told so and go on."""

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send one mail; a mail server that does not take it gives a sentence on the page, not an error."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # also every error of smtplib
            log.error("a mail about an account could not be sent: %s", type(error).__name__)
            if visit.request is not None:
                messages.warning(
                    visit.request, _("Máy chủ thư đang trục trặc nên chưa gửi được thư cho bạn.")
                )
