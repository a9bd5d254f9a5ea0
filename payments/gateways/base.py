"""The contract of a payment provider. One module beside this one fills it for each provider.

docs/how-to.md tells how to add a provider. Sums are whole đồng, moments are aware.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.checks import CheckMessage
from django.db import models
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Verdict(StrEnum):
    """What a message of the provider says about the money."""

    PAID = "paid"
    FAILED = "failed"
    UNCLEAR = "unclear"  # it may have left the payer's account, and has not surely arrived


class Outcome(models.TextChoices):
    """What our books made of a message; the provider's module turns it into its protocol."""

    RECORDED = "recorded", _("đã ghi")
    ALREADY_RECORDED = "already", _("đã ghi từ trước")
    NOT_FOUND = "not_found", _("không có giao dịch này")
    WRONG_AMOUNT = "wrong_amount", _("sai số tiền")
    WRONG_TERMINAL = "wrong_terminal", _("gửi cho đơn vị khác")
    BAD_SIGNATURE = "bad_signature", _("sai chữ ký")
    ERROR = "error", _("chưa ghi được, xin gọi lại")


@dataclass(frozen=True)
class Order:
    """What the payer is sent to the provider with. `language` is a code of settings.LANGUAGES."""

    reference: str
    amount: int
    description: str
    return_url: str
    client_address: str
    created_at: datetime
    expires_at: datetime
    language: str


@dataclass(frozen=True)
class Message:
    """A message whose signature was found true.

    `code` is the provider's own result code. `amount` is 0, which no payment is of, when it gave
    none that can be read; `paid_at` is None when it gave no time. `is_ours` is False when it was
    meant for another merchant or terminal of the same provider.
    """

    provider: str
    reference: str
    amount: int
    verdict: Verdict
    code: str = ""
    gateway_reference: str = ""
    bank_code: str = ""
    paid_at: datetime | None = None
    is_ours: bool = True


class NotSupported(Exception):
    """The provider, or our module for it, cannot do this."""


class Gateway(ABC):
    """One provider. Reads its own settings; knows no payment, no dossier and no request."""

    provider: str  # at most 20 letters, digits and hyphens; it stands in addresses and rows
    name: str  # what staff call it, in Vietnamese
    is_play_money = False
    can_query = False
    can_refund = False

    @property
    @abstractmethod
    def is_ready(self) -> bool:
        """Whether new payments can be sent to it; what is under way is heard all the same."""

    @abstractmethod
    def redirect_url(self, order: Order) -> str:
        """Return the address at which the browser pays: same order, same address."""

    @abstractmethod
    def read(self, raw: str) -> Message | None:
        """Return the message of a query string or body; None unless the provider signed it.

        Called whether or not it is the provider of new payments. In production it is None for
        everything while the secret that signs is empty or known.
        """

    @abstractmethod
    def reply(self, outcome: Outcome) -> HttpResponse:
        """Return the answer to the provider's call, in its protocol."""

    @abstractmethod
    def reason(self, code: str) -> str | Promise:
        """Return why a payment failed, and what to do, for the payer."""

    def check_production(self) -> Sequence[CheckMessage]:
        """Return what must be mended before real money goes through it."""
        return []

    def query(self, reference: str, *, created_at: datetime) -> Message | None:
        """Ask about a payment where `can_query`; None when the provider knows no such payment."""
        raise NotSupported(f"{self.provider}: asking about a payment is not built")

    def refund(
        self, reference: str, amount: int, *, gateway_reference: str, created_at: datetime
    ) -> str:
        """Send `amount` back where `can_refund`; return the provider's name of the refund."""
        raise NotSupported(f"{self.provider}: refunds are not built")
