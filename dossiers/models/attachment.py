"""Files that applicants send."""

import secrets
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossier import Dossier
from dossiers.verdicts import ACTIVE, Finding, Reason, Status, sentence

if TYPE_CHECKING:
    from dossiers.models.outbox import OutboxJob

ATTACHMENTS_FOLDER = "ho-so"


def attachment_path(attachment: "Attachment", name: str) -> str:
    """Return a storage name that tells nothing.

    The name and type that were sent stay in the row.
    """
    return f"{ATTACHMENTS_FOLDER}/{attachment.dossier_id}/{secrets.token_hex(16)}"


class Attachment(models.Model):
    """A file that the applicant sent for one paper of the list (or one file question)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="attachments")
    slot = models.CharField(
        _("giấy tờ"), max_length=60, help_text=_("Khóa của giấy tờ hoặc câu hỏi tệp.")
    )
    file = models.FileField(upload_to=attachment_path, max_length=200)
    name = models.CharField(_("tên tệp"), max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField(_("dung lượng"))
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    # 0 came with the dossier, 1 with the first supplement…
    round = models.PositiveSmallIntegerField(default=0)

    # What a worker found (`dossiers.file_checks`).
    MAX_MALWARE_LENGTH = 120
    status = models.CharField(
        _("tình trạng"), max_length=12, choices=Status.choices, default=Status.CHECKING
    )
    reason = models.CharField(_("lý do"), max_length=24, choices=Reason.choices, blank=True)
    findings = models.JSONField(default=list, blank=True)
    malware = models.CharField(_("mã độc"), max_length=MAX_MALWARE_LENGTH, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    # What officers open instead of the file: a PDF without its active content, a WebP as JPEG.
    safe_copy = models.FileField(upload_to=attachment_path, max_length=200, blank=True)
    safe_copy_type = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["slot", "pk"]
        verbose_name = _("tệp đính kèm")
        verbose_name_plural = _("tệp đính kèm")
        constraints = [
            # The same file sent twice by a nervous finger is one file.
            models.UniqueConstraint(
                fields=["dossier", "slot", "sha256", "round"], name="attachment_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-checked_at"],
                condition=models.Q(status=Status.QUARANTINED),
                name="attachment_quarantined",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_checking(self) -> bool:
        return self.status == Status.CHECKING

    @property
    def is_accepted(self) -> bool:
        return self.status == Status.ACCEPTED

    @property
    def is_quarantined(self) -> bool:
        return self.status == Status.QUARANTINED

    @property
    def unfinished_check(self) -> "OutboxJob | None":
        """The job that is to check it, while it is not checked."""
        return getattr(self, "check_job", None) if self.is_checking else None

    @property
    def refusal(self) -> str:
        """Why the file cannot be used and what its sender should do; "" for a usable one."""
        return sentence(Reason(self.reason), self.name) if self.reason else ""

    @property
    def state_in_words(self) -> str:
        """How far the check is, and why a file cannot be used; for staff."""
        words = [self.get_status_display(), self.get_reason_display()]
        return ", ".join(word for word in words if word)

    @property
    def active_content(self) -> list[str]:
        """What a PDF does besides showing pages, in words for staff."""
        return [str(Finding(code).label) for code in self.findings if code in ACTIVE]

    @property
    def is_signed(self) -> bool:
        return Finding.SIGNED in self.findings
