"""Rows for what must happen later: mails to send, papers to print."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossier import Dossier
from dossiers.models.event import Event


def document_path(document: "Document", name: str) -> str:
    """Return a storage name of its own for each rendering, so that a repeated task never overwrites a paper."""
    return f"giay-to/{document.dossier_id}/{document.kind}-{secrets.token_hex(16)}.pdf"


class Waiting(models.Model):
    """A row before a message: work to be done later, found by a sweep whatever the queue does (docs/architecture.md).

    A worker takes a row by moving `lease_until`; a worker that dies lets the lease run out. `tasks.take` is the door.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("đang chờ")
        DONE = "done", _("xong")
        FAILED = "failed", _("không làm được")

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        abstract = True


class Notification(Waiting):
    """One mail owed to the applicant about one event."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notifications")
    message = models.CharField(max_length=40)
    recipient = models.EmailField()

    class Meta:
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="notification_once")
        ]
        indexes = [
            models.Index(
                fields=["lease_until"], condition=Q(status="waiting"), name="notification_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message} · {self.event.dossier}"


class Document(Waiting):
    """One paper made for a dossier as PDF: acknowledgement, form 01, 02, 03, result, fee receipt."""

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = "acknowledgement", _("Xác nhận đã gửi hồ sơ")
        RECEIPT = "receipt", _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
        SUPPLEMENT_REQUEST = "supplement_request", _("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
        REFUSAL = "refusal", _("Phiếu từ chối tiếp nhận giải quyết hồ sơ")
        RESULT = "result", _("Kết quả giải quyết")
        FEE_RECEIPT = "fee_receipt", _("Biên lai thu phí, lệ phí")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # The event it was made for: a second supplement request is a second paper.
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="documents")
    file = models.FileField(upload_to=document_path, max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("giấy tờ phát hành")
        verbose_name_plural = _("giấy tờ phát hành")
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="document_once_per_event"),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(file=""), name="document_done_has_a_file"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_until"], condition=Q(status="waiting"), name="document_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_ready(self) -> bool:
        return self.status == self.Status.DONE
