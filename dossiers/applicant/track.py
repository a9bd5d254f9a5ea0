"""The page of one dossier: its course for whoever has the code, everything for its applicant."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dossiers import access, answers, throttle
from dossiers.applicant import timeline
from dossiers.applicant.application import Application
from dossiers.applicant.forms import UnlockForm
from dossiers.moves import Purpose, offered_for
from dossiers.states import State
from services.responses import too_many_requests


@never_cache
@require_GET
def track(request: HttpRequest, tracking: str) -> HttpResponse:
    """The dossier: with the code its course.

    With the second factor or the owner's sign-in everything.
    """
    dossier = access.find_by_tracking(tracking)
    has_access = dossier is not None and access.has_access(request, dossier)
    # Who has opened the dossier already is not held up by what others try from the same
    # address.
    if not has_access and throttle.is_throttled(request):
        return too_many_requests(request)
    if dossier is None:
        throttle.count_failure(request)
        raise Http404
    if has_access and dossier.state == State.DRAFT:
        return render(
            request,
            "dossiers/applicant/draft.html",
            {"dossier": dossier, "resume": Application(dossier).resume_url},
        )
    context = {
        "dossier": dossier,
        "has_access": has_access,
        "entries": timeline.entries(dossier, with_notes=has_access),
    }
    if has_access:
        context |= {
            "sections": answers.summary(dossier),
            "slots": answers.papers(dossier),
            "documents": dossier.documents.select_related("event"),
            "withdrawal": offered_for(Purpose.WITHDRAW, dossier.state),
        }
    else:
        context |= {"unlock": UnlockForm()}
    return render(request, "dossiers/applicant/track.html", context)


@require_POST
def close(request: HttpRequest, tracking: str) -> HttpResponse:
    """Forget on this machine that the dossier was opened: the machine may be the commune's."""
    dossier = access.get_accessible_or_404(request, tracking)
    access.revoke(request, dossier)
    messages.success(request, _("Đã đóng hồ sơ trên máy này."))
    return redirect("dossiers:lookup")
