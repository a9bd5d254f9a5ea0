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
from services.formats import duration
from services.questions.phone import read_whole_number
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
    if "xac_minh" in request.POST:
        return _unlock(request, code)
    if kind == "official":
        return _by_official_number(request, form, code)
    dossier = access.find_by_tracking(code) if kind == "tracking" else None
    if dossier is not None:
        return redirect(dossier)
    if throttle.too_many_wrong_codes(request):
        return too_many_requests(request)
    return _not_found(request, form)


def _by_official_number(request: HttpRequest, form: LookupForm, number: str) -> HttpResponse:
    """The number alone is guessable: it tells the state and the dates, nothing else."""
    if throttle.too_many_official_numbers(request):
        return too_many_requests(request)
    dossier = Dossier.objects.sent().filter(official_number=number).first()
    if dossier is None:
        return _not_found(request, form)
    return render(request, TEMPLATE, {"form": form, "found": dossier})


def _not_found(request: HttpRequest, form: LookupForm) -> HttpResponse:
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

    An unknown code and a wrong number get the same answer after the same work. Whoever has opened
    the dossier in this browser already needs no try.
    """
    form = UnlockForm(request.POST)
    dossier = access.find_by_tracking(code)
    if dossier is not None and access.has_access(request, dossier):
        return unlock.lead_back(request, dossier)
    if not form.is_valid():
        return _ask_again(request, code, form)
    if dossier is None and throttle.too_many_wrong_codes(request):
        return too_many_requests(request)

    typed = form.cleaned_data["xac_minh"]
    wait = throttle.reserve_unlock(request, code, typed)
    if wait:
        return _ask_to_wait(request, code, form, wait)
    if access.second_factor_is(dossier, typed) and dossier is not None:
        throttle.unlocked(request, code, typed)
        access.grant(request, dossier)
        return unlock.lead_back(request, dossier)
    form.add_error("xac_minh", _("Mã và số điện thoại không khớp nhau. Hãy kiểm tra lại cả hai."))
    return _ask_again(request, code, form)


def _ask_to_wait(request: HttpRequest, code: str, form: UnlockForm, wait: int) -> HttpResponse:
    if read_whole_number(form.cleaned_data["xac_minh"]):
        sentence = _("Mã này vừa có nhiều lần nhập sai. Hãy thử lại sau %(wait)s.")
    else:
        sentence = _(
            "Mã này vừa có nhiều lần nhập sai. Hãy thử lại sau %(wait)s, "
            "hoặc nhập cả số điện thoại thay vì bốn số cuối."
        )
    form.add_error("xac_minh", sentence % {"wait": duration(wait)})
    response = _ask_again(request, code, form)
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response["Retry-After"] = str(wait)
    return response


def _ask_again(request: HttpRequest, code: str, form: UnlockForm) -> HttpResponse:
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
