"""After sending: the confirmation, the lookup, the dossier in its three tiers, supplement, withdrawal, downloads."""

import logging
from collections.abc import Iterable
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dossiers import (
    access,
    answers,
    codes,
    documents,
    drafts,
    posted_files,
    timeline,
    uploads,
    workflow,
)
from dossiers.forms import LookupForm, NoteForm, UnlockForm
from dossiers.models import Document, Dossier
from dossiers.states import TRANSITIONS, Action, Role, State
from dossiers.steps import first_unfinished
from services.responses import too_many_requests

log = logging.getLogger(__name__)

REFRESH_SECONDS = "4"
OTHER_PAPERS = "giay-to-khac"
PER_PAGE = 20
# What an applicant does in one of two ways: before receipt, and after it.
WITHDRAWALS = (Action.WITHDRAW, Action.REQUEST_WITHDRAWAL)
SUPPLEMENTS = (Action.SUPPLEMENT_INTAKE, Action.SUPPLEMENT)


@never_cache
@require_GET
def sent(request: HttpRequest, tracking: str) -> HttpResponse:
    """The confirmation page: the code to keep, what happens next, the acknowledgement once it is made."""
    dossier = access.get_held_or_404(request, tracking)
    if dossier.state == State.DRAFT:
        return redirect(first_unfinished(dossier).url(dossier))
    acknowledgement = dossier.documents.filter(kind=Document.Kind.ACKNOWLEDGEMENT).first()
    qr = documents.qr_svg(request.build_absolute_uri(dossier.get_absolute_url()))
    context = {"dossier": dossier, "acknowledgement": acknowledgement, "qr": qr}
    response = render(request, "dossiers/sent.html", context)
    return _looks_again(response) if acknowledgement and not acknowledgement.is_ready else response


def _looks_again(response: HttpResponse) -> HttpResponse:
    """Let the browser, with or without scripts, ask again soon."""
    response["Refresh"] = REFRESH_SECONDS
    return response


# --- Lookup ------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """POST `ma` finds a dossier; with `xac_minh` as well it opens everything."""
    if request.method == "GET":
        return render(request, "dossiers/lookup.html", {"form": LookupForm()})
    form = LookupForm(request.POST)
    if not form.is_valid():
        return render(
            request, "dossiers/lookup.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    typed = form.cleaned_data["ma"]
    kind, code = codes.find_in(typed) or ("unreadable", typed)
    if access.is_throttled(request, code):
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
    return render(request, "dossiers/lookup.html", {"form": form, "found": dossier})


def _not_found(request: HttpRequest, form: LookupForm) -> HttpResponse:
    access.count_failure(request)
    form.add_error(
        "ma",
        _(
            "Không tìm thấy hồ sơ nào có mã này. Hãy so lại từng ký tự với mã trên giấy hoặc trong thư."
        ),
    )
    return render(
        request, "dossiers/lookup.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY
    )


def _unlock(request: HttpRequest, code: str) -> HttpResponse:
    """Check the second factor: an unknown code and a wrong number get one answer after the same work."""
    form = UnlockForm(request.POST)
    dossier = access.find_by_tracking(code)
    typed = form.cleaned_data["xac_minh"] if form.is_valid() else ""
    if access.second_factor_is(dossier, typed) and dossier is not None:
        access.grant(request, dossier)
        return redirect(dossier)
    access.count_failure(request, code)
    if typed:
        form.add_error("xac_minh", _("Mã và bốn số cuối không khớp nhau. Hãy kiểm tra lại cả hai."))
    context = {"form": LookupForm(initial={"ma": code}), "unlock": form, "code": code}
    return render(request, "dossiers/lookup.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


# --- The dossier -------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def track(request: HttpRequest, tracking: str) -> HttpResponse:
    """The dossier: with the code its course, with the second factor or the owner's sign-in everything."""
    dossier = access.find_by_tracking(tracking)
    held = dossier is not None and access.holds(request, dossier)
    # Who has opened the dossier already is not held up by what others try from the same address.
    if not held and access.is_throttled(request):
        return too_many_requests(request)
    if dossier is None:
        access.count_failure(request)
        raise Http404
    if held and dossier.state == State.DRAFT:
        return render(
            request,
            "dossiers/draft.html",
            {"dossier": dossier, "resume": first_unfinished(dossier).url(dossier)},
        )
    context = {
        "dossier": dossier,
        "held": held,
        "entries": timeline.entries(dossier, with_notes=held),
    }
    if held:
        context |= {
            "sections": answers.summary(dossier),
            "slots": answers.papers(dossier),
            "documents": dossier.documents.select_related("event"),
            "withdrawal": _offered(dossier, WITHDRAWALS),
        }
    else:
        context |= {"unlock": UnlockForm()}
    return render(request, "dossiers/track.html", context)


@require_POST
def close(request: HttpRequest, tracking: str) -> HttpResponse:
    """Forget on this machine that the dossier was opened: the machine may be the commune's."""
    dossier = access.get_held_or_404(request, tracking)
    access.revoke(request, dossier)
    messages.success(request, _("Đã đóng hồ sơ trên máy này."))
    return redirect("dossiers:lookup")


def _offered(dossier: Dossier, ways: Iterable[Action]) -> Action | None:
    """Return the one of `ways` that the table offers now, or None."""
    return next((way for way in ways if dossier.state in TRANSITIONS[way].sources), None)


@never_cache
@require_http_methods(["GET", "POST"])
def supplement(request: HttpRequest, tracking: str) -> HttpResponse:
    """Put together and send what the officer asked for."""
    dossier = access.get_held_or_404(request, tracking)
    action = _offered(dossier, SUPPLEMENTS)
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
        except workflow.NotAllowed as refusal:
            messages.warning(request, str(refusal))
            return redirect(dossier)
        if _may_send(request, dossier, form, refusals):
            return _act(
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
    """Uploading is answered with the page itself, not with a redirect: the words already typed stay in their box."""
    context = {
        "dossier": dossier,
        "form": form,
        "lines": posted_files.lines(_supplement_slots(dossier), refusals),
        "asked": timeline.last_request(dossier),
        "upload_rules": uploads.rules(),
        "accept": uploads.ACCEPT_ATTRIBUTE,
        "faulty": bool(refusals),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusals or form.errors else 200
    return render(request, "dossiers/supplement.html", context, status=status)


def _supplement_slots(dossier: Dossier) -> list[answers.Slot]:
    """Return the lines of the supplement being put together, with one for papers that the list did not foresee."""
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
    """Whether "Gửi bổ sung" was pressed with something to send; an empty one is told so on the form."""
    if refusals or "slot" in request.POST or "remove" in request.POST or not form.is_valid():
        return False
    if form.cleaned_data["note"].strip() or any(slot.files for slot in _supplement_slots(dossier)):
        return True
    form.add_error("note", _("Chưa có gì để gửi: hãy chọn ít nhất một tệp hoặc viết lời nhắn."))
    return False


@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, tracking: str) -> HttpResponse:
    """Withdraw before receipt, or ask for it afterwards."""
    dossier = access.get_held_or_404(request, tracking)
    action = _offered(dossier, WITHDRAWALS)
    if action is None:
        messages.info(request, _("Hồ sơ ở trạng thái này không rút được nữa."))
        return redirect(dossier)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _("Đã rút hồ sơ.") if action == Action.WITHDRAW else _("Đã gửi đề nghị rút hồ sơ.")
        return _act(request, dossier, action, form.cleaned_data["note"], done)
    context = {"dossier": dossier, "form": form, "at_once": action == Action.WITHDRAW}
    return render(
        request,
        "dossiers/withdraw.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else 200,
    )


def _act(
    request: HttpRequest, dossier: Dossier, action: Action, note: str, done: str
) -> HttpResponse:
    by = (
        request.user
        if request.user.is_authenticated and request.user.pk == dossier.owner_id
        else None
    )
    try:
        workflow.apply(dossier, action, role=Role.CITIZEN, by=by, note=note)
        messages.success(request, done)
    except workflow.NotAllowed as refusal:
        messages.warning(request, str(refusal))
    return redirect(dossier)


# --- Downloads ---------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def download(request: HttpRequest, tracking: str, pk: int) -> HttpResponseBase:
    """A file that the applicant sent."""
    attachment = get_object_or_404(access.get_held_or_404(request, tracking).attachments, pk=pk)
    return file_response(attachment.file, attachment.name, attachment.content_type)


@never_cache
@require_GET
def paper(request: HttpRequest, tracking: str, pk: int) -> HttpResponseBase:
    """A paper made for the dossier; an honest page while it is still being made."""
    dossier = access.get_held_or_404(request, tracking)
    document = get_object_or_404(dossier.documents, pk=pk)
    if not document.is_ready:
        page = render(
            request,
            "dossiers/being_made.html",
            {"dossier": dossier, "document": document},
            status=202,
        )
        return page if document.status == Document.Status.FAILED else _looks_again(page)
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


@never_cache
@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Every dossier of the signed-in citizen, drafts first."""
    owned = Dossier.objects.filter(owner_id=request.user.pk).select_related("service")
    page = Paginator(owned.exclude(state=State.DRAFT), PER_PAGE).get_page(request.GET.get("trang"))
    return render(
        request, "dossiers/mine.html", {"drafts": owned.filter(state=State.DRAFT), "page": page}
    )
