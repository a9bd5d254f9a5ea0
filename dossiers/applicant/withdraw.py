"""Withdrawing a dossier: at once before receipt, by request after it."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dossiers import typed
from dossiers.applicant.forms import NoteForm
from dossiers.applicant.perform import perform
from dossiers.applicant.unlock import needs_access
from dossiers.models import Dossier
from dossiers.moves import Action, Purpose, offered_for


@never_cache
@require_http_methods(["GET", "POST"])
@needs_access
def withdraw(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Withdraw before receipt, or ask for it afterwards."""
    action = offered_for(Purpose.WITHDRAW, dossier.state)
    if action is None:
        messages.info(request, _("Hồ sơ ở trạng thái này không rút được nữa."))
        return redirect(dossier)
    form = NoteForm(request.POST or None, initial=typed.for_page(request))
    if request.method == "POST" and form.is_valid():
        done = _("Đã rút hồ sơ.") if action == Action.WITHDRAW else _("Đã gửi đề nghị rút hồ sơ.")
        return perform(request, dossier, action, form.cleaned_data["note"], done)
    context = {"dossier": dossier, "form": form, "at_once": action == Action.WITHDRAW}
    return render(
        request,
        "dossiers/applicant/withdraw.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else 200,
    )
