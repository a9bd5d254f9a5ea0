"""Files for staff: what applicants sent, once it was checked, and papers made for the dossier."""

import logging
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from dossiers import access
from dossiers.models import Attachment, Dossier
from dossiers.officer.pages import page_of, render_page, visible_or_404
from dossiers.states import State
from dossiers.verdicts import Status

log = logging.getLogger(__name__)

FILES_A_PAGE = 50
# The browsers' own PDF viewers are an embedded object with a style of its own.
SHOWS_FILES: Any = csp_replace({"object-src": [SELF], "style-src": [SELF, "'unsafe-inline'"]})


@require_safe
@SHOWS_FILES
def attachment(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """Show one file of the applicant in the browser, without what it would do there."""
    dossier = visible_or_404(request, pk)
    row = get_object_or_404(dossier.attachments, pk=file)
    if not row.is_accepted:
        return tell_not_opened(request, dossier, row)
    if row.safe_copy:
        return send_file(request, dossier, row.safe_copy, row.name, row.safe_copy_type)
    return send_file(request, dossier, row.file, row.name, row.content_type)


@require_http_methods(["GET", "HEAD", "POST"])
def original(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """Warn of what a file holds; on POST give it as it was sent, to be saved and not shown.

    A signature is verified on the original alone.
    """
    dossier = visible_or_404(request, pk)
    row = get_object_or_404(dossier.attachments, pk=file)
    if not row.is_accepted:
        return tell_not_opened(request, dossier, row)
    if request.method == "POST":
        return send_file(request, dossier, row.file, row.name, row.content_type, save=True)
    context = {"title": "Tải bản gốc", "dossier": dossier, "file": row}
    return render_page(request, "dossiers/officer/original.html", context)


@require_safe
@SHOWS_FILES
def document(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """Show one paper that was made for the dossier."""
    dossier = visible_or_404(request, pk)
    row = get_object_or_404(dossier.documents.exclude(file=""), pk=file)
    return send_file(request, dossier, row.file, f"{row.kind}-{dossier}.pdf", "application/pdf")


def tell_not_opened(request: HttpRequest, dossier: Dossier, row: Attachment) -> HttpResponse:
    messages.error(request, f"Tệp “{row.name}” không mở được: {row.state_in_words}.")
    return redirect(page_of(dossier))


def send_file(
    request: HttpRequest, dossier: Dossier, file, name: str, content_type: str, *, save=False
) -> HttpResponseBase:
    """Answer with a stored file, leaving a line in the log.

    A store that has lost it gives a sentence.
    """
    try:
        opened = file.open("rb")
    except OSError:
        log.error("file of dossier %s is not in the store: %s", dossier.pk, file.name)
        sentence = f"Không mở được tệp “{name}” trong kho lưu trữ. Hãy báo quản trị hệ thống."
        messages.error(request, sentence)
        return redirect(page_of(dossier))
    log.info("user %s opened %s of dossier %s", request.user.pk, file.name, dossier.pk)
    return FileResponse(opened, as_attachment=save, filename=name, content_type=content_type)


@require_safe
def quarantine(request: HttpRequest) -> HttpResponse:
    """The files in which ClamAV found malware, newest first. Nobody opens them.

    Of a draft nothing is told but that there is one: it is its writer's alone.
    """
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    rows = Attachment.objects.filter(status=Status.QUARANTINED).select_related("dossier")
    page = Paginator(rows.order_by("-checked_at"), FILES_A_PAGE).get_page(request.GET.get("p"))
    context = {"title": "Tệp bị cách ly", "page": page, "draft": State.DRAFT}
    return render_page(request, "dossiers/officer/quarantine.html", context)
