"""The page of one dossier: its course for whoever has the code, everything for its applicant."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dossiers import access, answers, throttle
from dossiers.applicant import timeline
from dossiers.applicant.application import Application
from dossiers.applicant.forms import UnlockForm
from dossiers.applicant.unlock import needs_access
from dossiers.models import Dossier
from dossiers.moves import Purpose, offered_for
from dossiers.states import State


@never_cache
@require_GET
def track(request: HttpRequest, tracking: str) -> HttpResponse:
    """The dossier: its course with the code, everything with the second factor or the sign-in."""
    dossier = access.find_by_tracking(tracking)
    if dossier is None:
        return throttle.refuse_wrong_code(request)
    if not access.has_access(request, dossier):
        return show_course(request, dossier)
    if dossier.state == State.DRAFT:
        context = {"dossier": dossier, "resume": Application(dossier).resume_url}
        return render(request, "dossiers/applicant/draft.html", context)
    return show_everything(request, dossier)


def show_course(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Show what the code alone tells."""
    context = {
        "dossier": dossier,
        "has_access": False,
        "entries": timeline.entries(dossier, with_notes=False),
        "unlock": UnlockForm(),
    }
    return render(request, "dossiers/applicant/track.html", context)


def show_everything(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    asked = answers.asked(dossier)
    context = {
        "dossier": dossier,
        "has_access": True,
        "entries": timeline.entries(dossier, with_notes=True),
        "sections": answers.summary(dossier, asked),
        "slots": answers.papers(dossier, asked),
        "refused_files": answers.refused_files(dossier),
        "documents": dossier.documents.select_related("event"),
        "withdrawal": offered_for(Purpose.WITHDRAW, dossier.state),
    }
    return render(request, "dossiers/applicant/track.html", context)


@require_POST
@needs_access
def close(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Forget on this machine that the dossier was opened: the machine may be the commune's."""
    access.revoke(request, dossier)
    messages.success(request, _("Đã đóng hồ sơ trên máy này."))
    return redirect("dossiers:lookup")
