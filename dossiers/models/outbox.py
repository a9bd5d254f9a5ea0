"""The transactional outbox: rows for what must happen later, and the papers that are printed."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dossiers.models.attachment import Attachment
from dossiers.models.dossier import Dossier
from dossiers.models.event import Event
from dossiers.moves import Queue

DOCUMENTS_FOLDER = "giay-to"


def document_path(document: "Document", name: str) -> str:
    """Return a new storage name for each rendering: a repeated task never overwrites a paper."""
    name = f"{document.kind}-{secrets.token_hex(16)}.pdf"
    return f"{DOCUMENTS_FOLDER}/{document.dossier_id}/{name}"


class Document(models.Model):
    """One paper of a dossier as PDF. Its outbox job prints it; until then it has no file."""

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
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("giấy tờ phát hành")
        verbose_name_plural = _("giấy tờ phát hành")
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="document_once_per_event"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_ready(self) -> bool:
        return bool(self.file)


class OutboxJob(models.Model):
    """One thing to do after the commit, found by a sweep whatever becomes of the message queue.

    A worker claims a job by moving `lease_until`; a worker that dies lets the lease run out. The
    door is `dossiers.outbox.leases`.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("thư điện tử")
        PAPER = "paper", _("giấy tờ PDF")
        CHECK = "check", _("kiểm tra tệp")

    class Status(models.TextChoices):
        WAITING = "waiting", _("đang chờ")
        DONE = "done", _("xong")
        FAILED = "failed", _("không làm được")

    channel = models.CharField(max_length=8, choices=Channel.choices)
    queue = models.CharField(max_length=8, choices=Queue.choices, default=Queue.DEFAULT)
    # Of mails and papers.
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="jobs", null=True, blank=True
    )
    # Of a mail: the pair of templates, and the address.
    letter = models.CharField(max_length=40, blank=True)
    recipient = models.CharField(max_length=254, blank=True)
    # Of a paper.
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="job", null=True, blank=True
    )
    # Of a check; it goes with the file.
    attachment = models.OneToOneField(
        Attachment, on_delete=models.CASCADE, related_name="check_job", null=True, blank=True
    )

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    # Since when a message about this row should be in the queue; None when no message is.
    enqueued_at = models.DateTimeField(default=timezone.now, null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("việc chờ làm")
        verbose_name_plural = _("việc chờ làm")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "channel", "letter", "recipient"],
                condition=Q(document=None),
                name="one_message_per_event_and_recipient",
            ),
            models.CheckConstraint(
                condition=Q(channel="mail", event__isnull=False, document=None, attachment=None)
                & ~Q(recipient="")
                | Q(channel="paper", event__isnull=False, document__isnull=False, attachment=None)
                | Q(channel="check", event=None, document=None, attachment__isnull=False),
                name="job_has_what_its_channel_needs",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "lease_until"], condition=Q(status="waiting"), name="job_waiting"
            ),
            models.Index(fields=["queue"], condition=Q(status="failed"), name="job_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
