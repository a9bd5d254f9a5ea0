"""Files that the applicant sent, and papers that were made for the dossier."""

import logging

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dossiers.applicant.unlock import needs_access
from dossiers.models import Dossier, OutboxJob
from dossiers.verdicts import Status

log = logging.getLogger(__name__)

REFRESH_SECONDS = "4"


@never_cache
@require_GET
@needs_access
def download(request: HttpRequest, dossier: Dossier, pk: int) -> HttpResponseBase:
    """A file that the applicant sent; nobody opens one with malware."""
    openable = dossier.attachments.exclude(status=Status.QUARANTINED)
    attachment = get_object_or_404(openable, pk=pk)
    return file_response(attachment.file, attachment.name, attachment.content_type)


@never_cache
@require_GET
@needs_access
def paper(request: HttpRequest, dossier: Dossier, pk: int) -> HttpResponseBase:
    """A paper made for the dossier; an honest page while it is still being made."""
    document = get_object_or_404(dossier.documents.select_related("job"), pk=pk)
    if not document.is_ready:
        page = render(
            request,
            "dossiers/applicant/being_made.html",
            {"dossier": dossier, "document": document},
            status=202,
        )
        return page if document.job.status == OutboxJob.Status.FAILED else reload_soon(page)
    return file_response(
        document.file, f"{dossier} {document.get_kind_display()}.pdf", "application/pdf"
    )


def file_response(file, name: str, content_type: str) -> FileResponse:
    """Send a stored file to be saved, never run: as an attachment, without guessing its type."""
    try:
        opened = file.open("rb")
    except OSError as error:
        log.error("a file is not in the store: %s", type(error).__name__)
        raise Http404 from error
    return FileResponse(opened, as_attachment=True, filename=name, content_type=content_type)


def reload_soon(response: HttpResponse) -> HttpResponse:
    """Let the browser, with or without scripts, ask again soon."""
    response["Refresh"] = REFRESH_SECONDS
    return response
