"""Sending what the officer asked for."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dossiers import answers, typed
from dossiers.applicant import drafts, posted_files, upload_handler, uploads
from dossiers.applicant.forms import NoteForm
from dossiers.applicant.perform import perform
from dossiers.applicant.unlock import needs_access
from dossiers.models import Dossier
from dossiers.moves import Action, NotAllowed, Purpose, offered_for, with_purpose

OTHER_PAPERS = "giay-to-khac"


@never_cache
@require_http_methods(["GET", "POST"])
@needs_access
def supplement(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Put together and send what the officer asked for."""
    action = offered_for(Purpose.SUPPLEMENT, dossier.state)
    if action is None:
        messages.info(request, _("Hồ sơ này hiện không cần bổ sung."))
        return redirect(dossier)
    if request.method == "GET":
        form = NoteForm(initial=typed.for_page(request))
        return show_supplement(request, dossier, form, papers_of_supplement(dossier), {})
    try:
        return answer_supplement(request, dossier, action)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect(dossier)


def answer_supplement(request: HttpRequest, dossier: Dossier, action: Action) -> HttpResponse:
    """Keep the files, then send if "Gửi bổ sung" was pressed with something to send."""
    form = NoteForm(request.POST)
    allowed = answers.asked(dossier).uploads | {OTHER_PAPERS}
    refusals = posted_files.keep(request, dossier, allowed)
    papers = papers_of_supplement(dossier)
    only_files = posted_files.stays(request)
    if form.is_valid() and not refusals and not only_files:
        note = form.cleaned_data["note"]
        if note.strip() or any(slot.usable_files for slot in papers):
            return perform(request, dossier, action, note, _("Đã gửi bổ sung. Cảm ơn bạn."))
        form.add_error("note", _("Chưa có gì để gửi: hãy chọn ít nhất một tệp hoặc viết lời nhắn."))
    # Uploading is answered with the page itself, not with a redirect: the note already typed stays.
    return show_supplement(request, dossier, form, papers, refusals)


def show_supplement(
    request: HttpRequest,
    dossier: Dossier,
    form: NoteForm,
    papers: list[answers.Slot],
    refusals: dict[str, str],
) -> HttpResponse:
    context = {
        "dossier": dossier,
        "form": form,
        "rows": posted_files.rows(papers, refusals),
        "asked": dossier.last_event(*with_purpose(Purpose.REQUEST_SUPPLEMENT)),
        "upload_rules": uploads.rules(),
        "request_rule": upload_handler.rule(),
        "accept": uploads.ACCEPT_ATTRIBUTE,
        "checking": any(slot.is_checking for slot in papers),
        "faulty": bool(refusals),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusals or form.errors else HTTPStatus.OK
    return render(request, "dossiers/applicant/supplement.html", context, status=status)


def papers_of_supplement(dossier: Dossier) -> list[answers.Slot]:
    """Return the papers with the files of this supplement, and a line for any other paper."""
    listed = answers.papers(dossier, round=drafts.rounds(dossier))
    others = [file for slot in listed if slot.key == OTHER_PAPERS for file in slot.files]
    hint = _("Nếu cán bộ yêu cầu giấy không có trong danh sách trên.")
    return [
        *(slot for slot in listed if slot.upload),
        answers.other_papers(OTHER_PAPERS, tuple(others), upload=True, hint=hint),
    ]
