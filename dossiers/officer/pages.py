"""The staff pages that act: one page for every move, the dossier on one screen, its files, the code box.

`dossiers.officer.search` puts them under /admin/ behind the admin's sign-in; whether this person may is asked here, of `access`.
"""

import logging
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dossiers import access, answers, codes, workflow
from dossiers.models import Document, Dossier, Notification, Waiting
from dossiers.officer import forms, queues, search
from dossiers.outbox import tasks
from dossiers.states import SUPPLEMENT_REQUESTS, TRANSITIONS, Action, Role, State

log = logging.getLogger(__name__)

LONGEST_SHOWN = 120
# The moves that bring a dossier nearer to its end: the one red button.
FORWARD = (
    Action.RECEIVE,
    Action.START,
    Action.PROPOSE,
    Action.APPROVE,
    Action.RETURN,
    Action.ACCEPT_WITHDRAWAL,
)
# Rows that a worker may give up, by their word in the address.
RETRIED: dict[str, type[Waiting]] = {"giay-to": Document, "thong-bao": Notification}
# The browsers' own PDF viewers are an embedded object with a style of its own.
SHOWS_FILES: Any = csp_replace({"object-src": [SELF], "style-src": [SELF, "'unsafe-inline'"]})


def visible_or_404(request: HttpRequest, pk: int) -> Dossier:
    """Return a dossier that this member of staff may see; 403 for staff without any role, 404 for a draft."""
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    return get_object_or_404(
        access.visible_to(request.user).select_related("service", "agency", "handler"), pk=pk
    )


def page_of(dossier: Dossier) -> str:
    return reverse("admin:dossiers_dossier_change", args=[dossier.pk])


def _page(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


# --- The dossier on one screen -----------------------------------------------------------------------------------


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of one dossier, with a button for each move that is this person's now. Changes nothing."""
    dossier = visible_or_404(request, pk)
    context = {
        "title": f"Hồ sơ {dossier}",
        "dossier": dossier,
        "actions": sorted(
            access.actions_for(request.user, dossier), key=lambda action: action not in FORWARD
        ),
        "sections": answers.summary(dossier),
        "papers": answers.papers(dossier),
        "events": dossier.events.select_related("actor").order_by("-pk"),
        "documents": dossier.documents.select_related("event").order_by("-pk"),
        "notifications": Notification.objects.filter(event__dossier=dossier)
        .select_related("event")
        .order_by("-pk"),
        "payments": _payments_of(dossier),
        "takes_cash": Role.DESK in access.roles_of(request.user)
        and dossier.owed
        and not dossier.is_final,
    }
    return _page(request, "dossiers/officer/dossier.html", context)


def _payments_of(dossier: Dossier) -> str:
    """Return the address of the dossier's payments, or "": this room does not know whether that one has a page."""
    try:
        return f"{reverse('admin:payments_payment_changelist')}?dossier__id__exact={dossier.pk}"
    except NoReverseMatch:
        return ""


# --- Moves -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Tell what a move will do and ask what it needs; on POST do it through the one door."""
    if action not in Action.values:
        raise Http404
    move, dossier = Action(action), visible_or_404(request, pk)
    role = access.role_for(request.user, move)
    if role is None:
        raise PermissionDenied
    if not access.may(request.user, move, dossier):
        messages.error(request, workflow.too_late(dossier, move))
        return redirect(page_of(dossier))
    form = forms.form_for(move, dossier, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _do(request, move, dossier, role, form)
    context = {
        "title": move.label,
        "action": move,
        "dossier": dossier,
        "form": form,
        **_told_before(move, dossier),
    }
    return _page(
        request, "dossiers/officer/act.html", context, status=422 if form.is_bound else 200
    )


def _do(
    request: HttpRequest, move: Action, dossier: Dossier, role: Role, form: forms.MoveForm
) -> HttpResponse:
    left = dossier.state
    try:
        note = form.cleaned_data["note"]
        dossier = workflow.apply(
            dossier, move, role=role, by=request.user, note=note, data=form.facts()
        )
    except workflow.NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(page_of(dossier))
    done = f"Đã làm xong: {move.label}. Hồ sơ {dossier} nay ở trạng thái “{dossier.get_state_display()}”."
    if following := queues.next_after(request.user, dossier, left):
        link = format_html(
            '<a href="{}">Hồ sơ tiếp theo trong hàng đợi: {}</a>', page_of(following), following
        )
        messages.success(request, format_html("{} {}", done, link))
    else:
        messages.success(request, f"{done} Hàng đợi của bạn đã hết.")
    return redirect(page_of(dossier))


def _told_before(move: Action, dossier: Dossier) -> dict:
    """Return what an officer should know before this move: its effects, an earlier request, the proposal, a debt."""
    told = {
        "consequences": forms.consequences(move, dossier),
        "needs_note": TRANSITIONS[move].needs_note,
    }
    if move in SUPPLEMENT_REQUESTS:
        told["earlier_requests"] = list(
            dossier.events.filter(action__in=SUPPLEMENT_REQUESTS).select_related("actor")
        )
    if TRANSITIONS[move].sources == {State.AWAITING_APPROVAL}:
        told["proposal"] = (
            dossier.events.filter(action=Action.PROPOSE).select_related("actor").last()
        )
    if move == Action.PROPOSE:
        told["sent_back"] = (
            dossier.events.filter(action=Action.SEND_BACK).select_related("actor").last()
        )
    return told | {"must_pay_first": move == Action.RETURN and dossier.owed > 0}


# --- Files -------------------------------------------------------------------------------------------------------


@require_safe
@SHOWS_FILES
def attachment(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """Show one file of the applicant in the browser."""
    dossier = visible_or_404(request, pk)
    row = get_object_or_404(dossier.attachments, pk=file)
    return _send(request, dossier, row.file, row.name, row.content_type)


@require_safe
@SHOWS_FILES
def document(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """Show one paper that was made for the dossier."""
    dossier = visible_or_404(request, pk)
    row = get_object_or_404(dossier.documents, pk=file, status=Document.Status.DONE)
    return _send(request, dossier, row.file, f"{row.kind}-{dossier}.pdf", "application/pdf")


def _send(
    request: HttpRequest, dossier: Dossier, file, name: str, content_type: str
) -> HttpResponseBase:
    """Answer with a stored file, leaving a line in the log; a store that has lost it gives a sentence."""
    try:
        opened = file.open("rb")
    except OSError:
        log.error("file of dossier %s is not in the store: %s", dossier.pk, file.name)
        messages.error(
            request, f"Không mở được tệp “{name}” trong kho lưu trữ. Hãy báo quản trị hệ thống."
        )
        return redirect(page_of(dossier))
    log.info("user %s opened %s of dossier %s", request.user.pk, file.name, dossier.pk)
    return FileResponse(opened, filename=name, content_type=content_type)


@require_POST
def retry(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Put back in the queue a paper or a mail that the worker gave up."""
    dossier = visible_or_404(request, pk)
    if kind not in RETRIED:
        raise Http404
    if tasks.try_again(get_object_or_404(RETRIED[kind].objects, pk=row, event__dossier=dossier)):
        messages.success(request, "Đã xếp lại vào hàng đợi. Tải lại trang sau ít giây.")
    return redirect(page_of(dossier))


# --- The code box ------------------------------------------------------------------------------------------------


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """From a code, an official number or a scanned address to the dossier; or else what would be accepted."""
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    typed = request.GET.get("q", "").strip()
    if found := search.find_one(request.user, typed):
        return redirect(page_of(found))
    context = {
        "title": "Tìm hồ sơ",
        "typed": typed,
        "shown": typed[:LONGEST_SHOWN],
        "is_code": codes.find_in(typed),
    }
    return _page(request, "dossiers/officer/find.html", context, status=404 if typed else 422)
