"""Files that applicants send."""

import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossier import Dossier

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

    def __str__(self) -> str:
        return self.name
