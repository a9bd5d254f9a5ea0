"""The check of one file by a worker: inspected, scanned, and its row told. May run twice."""

import logging
import shutil
import tempfile
from pathlib import Path

from django.core.files import File
from django.utils import timezone

from dossiers.file_checks import antivirus, child_process
from dossiers.file_checks.inspection import Inspection
from dossiers.models import Attachment
from dossiers.verdicts import Reason, Status

log = logging.getLogger(__name__)

# A file that three times brought down the process that opens it is not opened again.
MAX_FAILED_INSPECTIONS = 3


def check(attachment: Attachment, *, attempts: int) -> None:
    """Look into a file and write down what it is.

    `attempts` counts this one. Raises what the store, the process or ClamAV raised; the row stays
    "checking" then, and nobody of the staff can open the file.
    """
    if attachment.status != Status.CHECKING:
        return
    with tempfile.TemporaryDirectory() as folder:
        source, copy = Path(folder) / "file", Path(folder) / "copy"
        with attachment.file.open("rb") as stored, source.open("wb") as target:
            shutil.copyfileobj(stored, target)
        inspection = inspect(source, attachment.content_type, copy, attempts)
        malware = "" if inspection.reason else antivirus.scan(source)
        record(attachment, inspection, malware=malware, copy=copy)


def inspect(source: Path, content_type: str, copy: Path, attempts: int) -> Inspection:
    try:
        return child_process.inspect(source, content_type, copy)
    except child_process.InspectionFailed:
        if attempts < MAX_FAILED_INSPECTIONS:
            raise
        return Inspection(Reason.TOO_COMPLEX)


def record(
    attachment: Attachment, inspection: Inspection, *, malware: str = "", copy: Path | None = None
) -> None:
    """Write down what was found; a row that was told meanwhile, or is gone, is left alone."""
    reason, status = inspection.reason, Status.ACCEPTED
    if malware:
        reason, status = Reason.INFECTED, Status.QUARANTINED
        log.warning("file %s is quarantined: %s", attachment.pk, malware)
    elif reason:
        status = Status.REFUSED
    safe_copy = ""
    if status == Status.ACCEPTED and inspection.copy_type and copy:
        safe_copy = store(attachment, copy)

    waiting = Attachment.objects.filter(pk=attachment.pk, status=Status.CHECKING)
    changed = waiting.update(
        status=status,
        reason=reason or "",
        findings=list(inspection.findings),
        malware=malware[: Attachment.MAX_MALWARE_LENGTH],
        safe_copy=safe_copy,
        safe_copy_type=inspection.copy_type if safe_copy else "",
        checked_at=timezone.now(),
    )
    if safe_copy and not changed:
        attachment.safe_copy.storage.delete(safe_copy)


def store(attachment: Attachment, copy: Path) -> str:
    """Put the copy for officers into the store; return its name there."""
    field = attachment.safe_copy.field
    with copy.open("rb") as stream:
        name = field.generate_filename(attachment, copy.name)
        return field.storage.save(name, File(stream))
