"""Finding a dossier by its code, and opening it with the second factor."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dossiers import access, codes, throttle
from dossiers.applicant import unlock
from dossiers.applicant.forms import LookupForm, UnlockForm
from dossiers.models import Dossier
from services.responses import too_many_requests

TEMPLATE = "dossiers/applicant/lookup.html"


@never_cache
@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """POST `ma` finds a dossier; with `xac_minh` as well it opens everything."""
    if request.method == "GET":
        return render(request, TEMPLATE, {"form": LookupForm()})
    form = LookupForm(request.POST)
    if not form.is_valid():
        return refuse(request, {"form": form})
    typed = form.cleaned_data["ma"]
    kind, code = codes.find_in(typed) or ("unreadable", typed)
    if throttle.is_throttled(request, code):
        return too_many_requests(request)
    if "xac_minh" in request.POST:
        return _unlock(request, code)
    if kind == "official":
        return _by_official_number(request, form, code)
    dossier = access.find_by_tracking(code) if kind == "tracking" else None
    if dossier is None:
        return _not_found(request, form)
    return redirect(dossier)


def _by_official_number(request: HttpRequest, form: LookupForm, number: str) -> HttpResponse:
    """The number alone is guessable: it tells the state and the dates, nothing else."""
    dossier = Dossier.objects.sent().filter(official_number=number).first()
    if dossier is None:
        return _not_found(request, form)
    return render(request, TEMPLATE, {"form": form, "found": dossier})


def _not_found(request: HttpRequest, form: LookupForm) -> HttpResponse:
    throttle.count_failure(request)
    form.add_error(
        "ma",
        _(
            "Không tìm thấy hồ sơ nào có mã này. "
            "Hãy so lại từng ký tự với mã trên giấy hoặc trong thư."
        ),
    )
    return refuse(request, {"form": form})


def _unlock(request: HttpRequest, code: str) -> HttpResponse:
    """Check the second factor.

    An unknown code and a wrong number get the same answer after the same work.
    """
    form = UnlockForm(request.POST)
    dossier = access.find_by_tracking(code)
    typed = form.cleaned_data["xac_minh"] if form.is_valid() else ""
    if access.second_factor_is(dossier, typed) and dossier is not None:
        access.grant(request, dossier)
        return unlock.lead_back(request, dossier)
    throttle.count_failure(request, code)
    if typed:
        form.add_error("xac_minh", _("Mã và bốn số cuối không khớp nhau. Hãy kiểm tra lại cả hai."))
    context = {
        "form": LookupForm(initial={"ma": code}),
        "unlock": form,
        "code": code,
        "kept": unlock.fields_of_unlock(request),
        "has_typed": unlock.RESEND in request.POST,
    }
    return refuse(request, context)


def refuse(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
