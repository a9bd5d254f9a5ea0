"""Sending what the officer asked for."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dossiers import access, answers
from dossiers.applicant import drafts, posted_files, uploads
from dossiers.applicant.forms import NoteForm
from dossiers.applicant.perform import perform
from dossiers.models import Dossier
from dossiers.moves import NotAllowed, Purpose, offered_for, with_purpose

OTHER_PAPERS = "giay-to-khac"


@never_cache
@require_http_methods(["GET", "POST"])
def supplement(request: HttpRequest, tracking: str) -> HttpResponse:
    """Put together and send what the officer asked for."""
    dossier = access.get_accessible_or_404(request, tracking)
    action = offered_for(Purpose.SUPPLEMENT, dossier.state)
    if action is None:
        messages.info(request, _("Hồ sơ này hiện không cần bổ sung."))
        return redirect(dossier)
    form = NoteForm(request.POST or None)
    refusals: dict[str, str] = {}
    if request.method == "POST":
        try:
            refusals = posted_files.keep(
                request, dossier, {slot.key for slot in _supplement_slots(dossier)}
            )
        except NotAllowed as refusal:
            messages.warning(request, str(refusal))
            return redirect(dossier)
        if _may_send(request, dossier, form, refusals):
            return perform(
                request,
                dossier,
                action,
                form.cleaned_data["note"],
                _("Đã gửi bổ sung. Cảm ơn bạn."),
            )
    return _supplement_page(request, dossier, form, refusals)


def _supplement_page(
    request: HttpRequest, dossier: Dossier, form: NoteForm, refusals: dict[str, str]
) -> HttpResponse:
    """Uploading is answered with the page itself, not with a redirect.

    The words already typed stay in their box.
    """
    context = {
        "dossier": dossier,
        "form": form,
        "rows": posted_files.rows(_supplement_slots(dossier), refusals),
        "asked": dossier.last_event(*with_purpose(Purpose.REQUEST_SUPPLEMENT)),
        "upload_rules": uploads.rules(),
        "accept": uploads.ACCEPT_ATTRIBUTE,
        "faulty": bool(refusals),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusals or form.errors else 200
    return render(request, "dossiers/applicant/supplement.html", context, status=status)


def _supplement_slots(dossier: Dossier) -> list[answers.Slot]:
    """Return the lines of the supplement being put together.

    With one for papers that the list did not foresee.
    """
    found = answers.papers(dossier, round=drafts.rounds(dossier))
    other = tuple(file for slot in found if slot.key == OTHER_PAPERS for file in slot.files)
    hint = _("Nếu cán bộ yêu cầu giấy không có trong danh sách trên.")
    listed = [slot for slot in found if slot.upload and slot.key != OTHER_PAPERS]
    return [
        *listed,
        answers.Slot(OTHER_PAPERS, _("Giấy tờ khác"), _("Tệp"), 1, False, True, hint, other),
    ]


def _may_send(
    request: HttpRequest, dossier: Dossier, form: NoteForm, refusals: dict[str, str]
) -> bool:
    """Whether "Gửi bổ sung" was pressed with something to send.

    An empty one is told so on the form.
    """
    if refusals or "slot" in request.POST or "remove" in request.POST or not form.is_valid():
        return False
    if form.cleaned_data["note"].strip() or any(slot.files for slot in _supplement_slots(dossier)):
        return True
    form.add_error("note", _("Chưa có gì để gửi: hãy chọn ít nhất một tệp hoặc viết lời nhắn."))
    return False
