"""The files of one page of papers: all that were chosen are kept, whichever button was pressed.

The page is one form. Each paper has a file input named "tep-" and its key, a button `slot` that
only uploads, and each file already sent a button `remove`. The button `look` shows how the check of
files stands, without losing what was typed.
"""

import logging
import re
from collections.abc import Sequence, Set
from contextlib import closing
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from dossiers.answers import Slot
from dossiers.applicant import drafts, storage_limits, uploads
from dossiers.applicant.upload_handler import LeftOutFile, left_out_sentence
from dossiers.models import Dossier
from dossiers.moves import NotAllowed

log = logging.getLogger(__name__)

PREFIX = "tep-"
LIKE_A_ROW = re.compile(r"[0-9]{1,18}")


# Buttons that lead nowhere but back to the page: upload, take back, look how a check stands.
STAYING = frozenset({"slot", "remove", "look"})


@dataclass(frozen=True)
class PaperRow:
    """One paper as the page shows it."""

    slot: Slot
    refusal: str = ""  # why a file was refused just now


def rows(slots: list[Slot], refusals: dict[str, str]) -> list[PaperRow]:
    return [PaperRow(slot, refusals.get(slot.key, "")) for slot in slots]


def stays(request: HttpRequest) -> bool:
    """Whether a button was pressed that only concerns files and leads back to the page."""
    return not STAYING.isdisjoint(request.POST)


def keep(request: HttpRequest, dossier: Dossier, allowed: Set[str]) -> dict[str, str]:
    """Keep every file of the POST, take back the one named by `remove`; return the refusals.

    These are sentences by paper; a refused file touches no other. Raises Http404 for a paper or a
    file that is not this page's, and NotAllowed when the file to be taken back has been sent.
    """
    chosen: dict[str, Sequence[UploadedFile | None]] = {
        name.removeprefix(PREFIX): files
        for name, files in request.FILES.lists()
        if name.startswith(PREFIX)
    }
    pressed = request.POST.get("slot")
    if pressed is not None and pressed not in chosen:
        chosen[pressed] = [None]
    if not set(chosen) <= allowed:
        raise Http404
    refusals = {}
    for slot, files in chosen.items():
        refusal = _keep_all(request, dossier, slot, files)
        if refusal:
            refusals[slot] = refusal
    remove = request.POST.get("remove")
    if remove:
        pk = remove if LIKE_A_ROW.fullmatch(remove) else 0
        drafts.detach(dossier, get_object_or_404(dossier.attachments, pk=pk))
    return refusals


def _keep_all(
    request: HttpRequest, dossier: Dossier, slot: str, files: Sequence[UploadedFile | None]
) -> str:
    """Keep the files of one paper; return why some were not kept, or "" when all were."""
    left_out = [file for file in files if isinstance(file, LeftOutFile)]
    taken = [file for file in files if file not in left_out]
    refusals = [_keep_one(request, dossier, slot, file) for file in taken]
    if left_out:
        refusals.append(left_out_sentence(left_out))
    return " ".join(filter(None, refusals))


def _keep_one(
    request: HttpRequest, dossier: Dossier, slot: str, upload: UploadedFile | None
) -> str:
    """Keep one file; return why not, or "" when it was kept."""
    refusal = storage_limits.why_no_upload(request, upload) if upload else ""
    if refusal:
        return refusal
    try:
        checked = uploads.check(upload)
        with closing(checked.file):
            drafts.attach(dossier, slot=slot, upload=checked)
    except (uploads.UploadRefused, NotAllowed) as refusal:
        return str(refusal)
    except OSError as error:  # a full disk, a store that takes nothing
        log.error("a file could not be kept: %s", type(error).__name__)
        return _("Cổng chưa lưu được tệp này. Các tệp khác vẫn còn. Xin thử lại sau ít phút.")
    return ""
