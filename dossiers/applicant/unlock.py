"""Pages that need access to their dossier, and what stands in their place without it.

Access runs out, and people come back with an address they kept. They are asked for the second
factor; what they had just typed goes along in hidden fields, and once the dossier is open the
browser posts it again to the page it came from.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

from dossiers import access, codes, throttle, typed
from dossiers.applicant import posted_files
from dossiers.applicant.forms import UnlockForm
from dossiers.models import Dossier
from services.client_address import client_network

# Fields of the unlock page itself. No key of a question begins with "_".
RETURN_TO = "_return_to"
RESEND = "_resend"
OWN_FIELDS = {"csrfmiddlewaretoken", "ma", "xac_minh", RETURN_TO, RESEND}

# Pages of one network that wait for a sign-in.
MAX_KEPT_PER_HOUR = 300

View = Callable[..., HttpResponseBase]


def needs_access(view: View) -> View:
    """Give the view its dossier in place of the tracking code in the address.

    Without access the unlock page answers. An unknown code is a 404, and counts as a failure: the
    two answers tell whether a code exists, which the public page of a dossier tells as well.
    """

    @wraps(view)
    def with_dossier(request: HttpRequest, *, tracking: str, **rest: Any) -> HttpResponseBase:
        dossier = access.find_by_tracking(tracking)
        if dossier is not None and access.has_access(request, dossier):
            if request.method == "POST" and request.user.is_authenticated:
                typed.forget(request)
            return view(request, dossier, **rest)
        if dossier is None:
            return throttle.refuse_wrong_code(request)
        return show_unlock(request, dossier)

    return with_dossier


def show_unlock(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    fields = [] if request.method == "GET" else fields_to_keep(request)
    context = {
        "dossier": dossier,
        "code": dossier.tracking_code,
        "unlock": UnlockForm(),
        "has_phone": bool(dossier.phone),
        "kept": [(RETURN_TO, request.path), *fields],
        "lost_files": [file.name for _name, file in chosen_files(request)],
        "has_typed": bool(fields),
    }
    status = HTTPStatus.FORBIDDEN
    return render(request, "dossiers/applicant/unlock.html", context, status=status)


def context_to_send_again(request: HttpRequest) -> dict[str, Any]:
    """Return what was posted to an open dossier, for a page that asks to send it again."""
    return {
        "kept": fields_to_keep(request),
        "lost_files": [file.name for _name, file in chosen_files(request)],
    }


def fields_to_keep(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was posted, to be posted again; files cannot be kept by a page.

    Where files were chosen, the page of papers is asked to show itself with the paper named instead
    of going on without them.
    """
    if len(request.POST.urlencode()) > typed.MAX_CHARACTERS:
        return []
    files = chosen_files(request)
    left_out = OWN_FIELDS | ({"slot", "remove"} if files else set())
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in left_out
    ]
    if files:
        kept.append(("slot", files[0][0].removeprefix(posted_files.PREFIX)))
    return [*kept, (RESEND, "1")]


def chosen_files(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(name, file) for name, files in request.FILES.lists() for file in files]


def fields_of_unlock(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what an unlock page has kept, for the page that asks again after a wrong number."""
    if RETURN_TO not in request.POST:
        return []
    kept = [(RETURN_TO, request.POST[RETURN_TO])]
    if RESEND not in request.POST:
        return kept
    for name, values in request.POST.lists():
        if name not in OWN_FIELDS:
            kept += [(name, value) for value in values]
    return [*kept, (RESEND, "1")]


def lead_back(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Lead from the unlock page to where the visitor came from, posting again what they typed."""
    page = page_to_return_to(request, dossier.tracking_code)
    return redirect(page or dossier, preserve_request=bool(page) and RESEND in request.POST)


def page_to_return_to(request: HttpRequest, tracking: str) -> str | None:
    """Return the address that came with the unlock page, if it is a page of this dossier."""
    path = request.POST.get(RETURN_TO, "")
    try:
        match = resolve(path)
    except Resolver404:
        return None
    code = codes.read_tracking_code(match.kwargs.get("tracking", ""))
    is_page = match.namespaces == ["dossiers"] and code == codes.read_tracking_code(tracking)
    return path if is_page else None


@require_POST
def sign_in(request: HttpRequest, tracking: str) -> HttpResponse:
    """Lead an owner whose session ended through the sign-in and back, keeping what was typed."""
    page = page_to_return_to(request, tracking)
    if page is None or access.find_by_tracking(tracking) is None:
        raise Http404
    if RESEND in request.POST and not has_kept_too_often(request):
        typed.keep(request, page, fields_of_unlock(request))
    return redirect_to_login(page)


def has_kept_too_often(request: HttpRequest) -> bool:
    """Count what is kept in the session of a visitor, who may be anybody."""
    kept = throttle.add("typed", client_network(request), window=throttle.HOUR)
    return kept > MAX_KEPT_PER_HOUR
