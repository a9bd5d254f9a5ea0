"""The contract of a payment provider. One module beside this one fills it for each provider.

docs/how-to.md tells how to add a provider. Sums are whole đồng, moments are aware.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import models
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
    BAD_SIGNATURE = "bad_signature", _("sai chữ ký")
    ERROR = "error", _("chưa ghi được, xin gọi lại")


@dataclass(frozen=True)
class Order:
    """What the payer is sent to the provider with."""

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

    `code` is the provider's own result code. `paid_at` is None when it gave no time.
    """

    provider: str
    reference: str
    amount: int
    verdict: Verdict
    code: str = ""
    gateway_reference: str = ""
    bank_code: str = ""
    paid_at: datetime | None = None


class NotSupported(Exception):
    """The provider, or our module for it, cannot do this."""


class Gateway(ABC):
    """One provider."""

    provider: str
    is_play_money = False

    @abstractmethod
    def redirect_url(self, order: Order) -> str:
        """Return the address at which the browser pays: same order, same address."""

    @abstractmethod
    def read(self, raw: str) -> Message | None:
        """Return the message of a query string or body; None unless the provider signed it."""

    @abstractmethod
    def reply(self, outcome: Outcome) -> dict[str, Any]:
        """Return the JSON that answers the provider's call, in its protocol."""

    @abstractmethod
    def reason(self, code: str) -> str | Promise:
        """Return why a payment failed, and what to do, for the payer."""

    def query(self, reference: str) -> Message | None:
        """Ask the provider about a payment; None when it knows none. Raises NotSupported."""
        raise NotSupported(f"{self.provider}: asking about a payment is not built")

    def refund(self, reference: str, amount: int) -> str:
        """Send `amount` back and return the provider's reference. Raises NotSupported."""
        raise NotSupported(f"{self.provider}: refunds are not built")
