"""What is kept about money: attempts to pay, the ledger, and every message of a provider.

`ledger` writes payments and entries, `inbox` writes messages.
"""

import hashlib
import secrets
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dossiers import codes
from dossiers.models import Dossier
from payments.gateways.base import Message, Outcome
from payments.states import PaymentState
from services.append_only import AppendOnly

REFERENCE_LENGTH = 14
# What a provider names is kept so far; its whole message is kept beside it.
MAX_GATEWAY_REFERENCE = 30
MAX_CODE = 20
MAX_RAW = 4000  # characters; five times the longest message of a provider


def new_reference() -> str:
    """Return the name of a payment at its provider: 14 characters (63 bits), easy to read out."""
    return "".join(secrets.choice(codes.ALPHABET) for _ in range(REFERENCE_LENGTH))


class RefundReason(models.TextChoices):
    """Why money that came in has to go back."""

    PAID_TWICE = "paid_twice", _("Nộp trùng: hồ sơ đã nộp đủ từ trước")
    SURPLUS = "surplus", _("Nộp thừa so với số còn phải nộp")
    NOT_TAKEN = "not_taken", _("Hồ sơ không còn nhận tiền ở trạng thái hiện tại")
    ENDED = "ended", _("Hồ sơ đã rút hoặc không được tiếp nhận: xem xét hoàn")


class PaymentQuerySet(models.QuerySet["Payment"]):
    def open(self) -> Self:
        return self.filter(state=PaymentState.OPEN)

    def about(self, message: Message) -> Self:
        """The payment that a message names; a provider speaks of its own payments alone."""
        if not message.is_ours:
            return self.none()
        return self.filter(provider=message.provider, reference=message.reference)

    def unconfirmed(self) -> Self:
        """The browser brought the provider's signed success; the provider's own call never came."""
        said_paid = GatewayMessage.objects.filter(
            payment=models.OuterRef("pk"), kind=GatewayMessage.Kind.RETURN, says_paid=True
        )
        return self.filter(
            models.Exists(said_paid), state__in=[PaymentState.OPEN, PaymentState.EXPIRED]
        )


class Payment(models.Model):
    """One attempt to pay one amount for one dossier."""

    State = PaymentState

    class Method(models.TextChoices):
        GATEWAY = "gateway", _("Trực tuyến")
        CASH = "cash", _("Tiền mặt tại Một cửa")

    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="payments", verbose_name=_("hồ sơ")
    )
    amount = models.PositiveIntegerField(_("số tiền (đồng)"))
    reference = models.CharField(
        _("mã giao dịch"), max_length=20, unique=True, default=new_reference
    )
    state = models.CharField(
        _("trạng thái"), max_length=8, choices=PaymentState.choices, default=PaymentState.OPEN
    )
    method = models.CharField(
        _("hình thức"), max_length=8, choices=Method.choices, default=Method.GATEWAY
    )
    # Empty for cash.
    provider = models.CharField(_("cổng thanh toán"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("tạo lúc"), default=timezone.now)
    # Cash is paid in the moment it is written down: here equal to created_at.
    expires_at = models.DateTimeField(_("hết hạn lúc"))
    settled_at = models.DateTimeField(_("ghi nhận lúc"), null=True, blank=True)
    gateway_reference = models.CharField(
        _("mã tại cổng thanh toán"), max_length=MAX_GATEWAY_REFERENCE, blank=True
    )
    bank_code = models.CharField(_("ngân hàng"), max_length=MAX_CODE, blank=True)
    result_code = models.CharField(_("mã kết quả"), max_length=MAX_CODE, blank=True)
    needs_refund = models.BooleanField(_("cần hoàn tiền"), default=False)
    refund_reason = models.CharField(
        _("lý do hoàn"), max_length=12, choices=RefundReason.choices, blank=True
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("lần thanh toán")
        verbose_name_plural = _("thanh toán")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(state=PaymentState.OPEN),
                name="one_open_payment_per_dossier",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PaymentState.values), name="payment_state_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_of_something"),
            models.CheckConstraint(
                condition=Q(state=PaymentState.SETTLED, settled_at__isnull=False)
                | (~Q(state=PaymentState.SETTLED) & Q(settled_at__isnull=True)),
                name="payment_settled_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(method="cash", expires_at=F("created_at"))
                | Q(method="gateway", expires_at__gt=F("created_at")),
                name="payment_online_has_a_limit",
            ),
            models.CheckConstraint(
                condition=Q(method="cash", provider="") | (Q(method="gateway") & ~Q(provider="")),
                name="payment_online_has_a_provider",
            ),
            models.CheckConstraint(
                condition=Q(needs_refund=False)
                | (Q(state=PaymentState.SETTLED) & Q(refund_reason__in=RefundReason.values)),
                name="payment_refund_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state=PaymentState.OPEN), name="payment_open"
            ),
            models.Index(
                fields=["-created_at"], condition=Q(needs_refund=True), name="payment_to_refund"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def note(self, message: Message) -> None:
        """Take over what a message names, cut to the columns: money is booked whatever it says."""
        self.gateway_reference = message.gateway_reference[:MAX_GATEWAY_REFERENCE]
        self.bank_code = message.bank_code[:MAX_CODE]
        self.result_code = message.code[:MAX_CODE]


class LedgerEntry(AppendOnly):
    """One line of the books; a trigger keeps it from being changed."""

    class Kind(models.TextChoices):
        CHARGE = "charge", _("Đã thu")
        REFUND_DUE = "refund_due", _("Phải hoàn")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("loại"), max_length=12, choices=Kind.choices)
    amount = models.PositiveIntegerField(_("số tiền (đồng)"))
    at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("bút toán")
        verbose_name_plural = _("sổ thu")
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "kind"], name="ledger_once_per_payment_and_kind"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_entry_is_of_something"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class GatewayMessage(models.Model):
    """One message in a provider's name, true or forged, word for word.

    A trigger lets the outcome be filled in once and nothing else be changed; signed messages are
    never deleted.
    """

    class Kind(models.TextChoices):
        RETURN = "return", _("Trình duyệt quay về")
        IPN = "ipn", _("Cổng thanh toán báo")

    provider = models.CharField(_("cổng thanh toán"), max_length=20)
    kind = models.CharField(_("loại"), max_length=6, choices=Kind.choices)
    raw = models.TextField(_("nguyên văn"), help_text=_("Cắt ở 4.000 ký tự."))
    digest = models.CharField(max_length=64)
    signature_ok = models.BooleanField(_("chữ ký đúng"))
    says_paid = models.BooleanField(_("báo thành công"), default=False)
    # Empty on an IPN: the process died while it was answering, and the provider will call again.
    outcome = models.CharField(_("đã trả lời"), max_length=14, choices=Outcome.choices, blank=True)
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("thanh toán"),
    )
    received_at = models.DateTimeField(_("nhận lúc"), default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("tin của cổng thanh toán")
        verbose_name_plural = _("tin của cổng thanh toán")
        constraints = [
            # A browser may reload its return page for an hour; that is one message. An IPN is kept
            # each time.
            models.UniqueConstraint(
                fields=["provider", "digest"],
                condition=Q(kind="return"),
                name="gateway_return_kept_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"], condition=Q(signature_ok=False), name="gateway_forged"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localtime(self.received_at):%d/%m/%Y %H:%M:%S}"

    @staticmethod
    def digest_of(raw: str) -> str:
        return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
