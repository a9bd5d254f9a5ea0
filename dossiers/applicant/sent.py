"""The confirmation page after sending."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dossiers import answers
from dossiers.applicant.application import Application
from dossiers.applicant.downloads import reload_soon
from dossiers.applicant.unlock import needs_access
from dossiers.models import Document, Dossier
from dossiers.papers.qr import qr_svg
from dossiers.states import State


@never_cache
@require_GET
@needs_access
def sent(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """The code to keep, what happens next, and the acknowledgement once it is made."""
    if dossier.state == State.DRAFT:
        return redirect(Application(dossier).resume_url)
    acknowledgement = dossier.documents.filter(kind=Document.Kind.ACKNOWLEDGEMENT).first()
    qr = qr_svg(request.build_absolute_uri(dossier.get_absolute_url()))
    context = {
        "dossier": dossier,
        "acknowledgement": acknowledgement,
        "qr": qr,
        "refused_files": answers.refused_files(dossier),
    }
    response = render(request, "dossiers/applicant/sent.html", context)
    if acknowledgement and not acknowledgement.is_ready:
        return reload_soon(response)
    return response
