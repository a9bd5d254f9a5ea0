"""The staff pages: the dossier on one screen, one page for every move, the code box.

`dossiers.officer.model_admin` puts them under /admin/ behind the admin's sign-in; whether this
person may is asked here, of `access`.
"""

import logging
from http import HTTPStatus
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dossiers import access, answers, codes, typed, workflow
from dossiers.models import Dossier, OutboxJob
from dossiers.moves import Action, NotAllowed
from dossiers.officer import forms, queues, search
from dossiers.outbox import leases
from dossiers.states import Role

log = logging.getLogger(__name__)

MAX_SHOWN = 120


def visible_or_404(request: HttpRequest, pk: int) -> Dossier:
    """Return a dossier that this member of staff may see.

    403 for staff without any role, 404 for a draft.
    """
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    visible = access.visible_to(request.user).select_related("service", "agency", "handler")
    return get_object_or_404(visible, pk=pk)


def log_reading(request: HttpRequest, dossier: Dossier) -> None:
    """Leave a line that says who opened the personal data of which dossier."""
    log.info("user %s opened dossier %s", request.user.pk, dossier.pk)


def page_of(dossier: Dossier) -> str:
    return reverse("admin:dossiers_dossier_change", args=[dossier.pk])


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = HTTPStatus.OK
) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


# --- The dossier on one screen ---


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of one dossier, with a button for each move that is this person's now."""
    dossier = visible_or_404(request, pk)
    log_reading(request, dossier)
    rows = OutboxJob.objects.filter(event__dossier=dossier).select_related("event", "document")
    jobs = list(rows.order_by("-pk"))
    context = {
        "title": f"Hồ sơ {dossier}",
        "dossier": dossier,
        "actions": buttons(request, dossier),
        "sections": answers.summary(dossier),
        "papers": answers.papers(dossier),
        "events": dossier.events.select_related("actor").order_by("-pk"),
        "printing_jobs": [job for job in jobs if job.channel == OutboxJob.Channel.PAPER],
        "mail_jobs": [job for job in jobs if job.channel == OutboxJob.Channel.MAIL],
        "payments": payments_of(dossier),
        "takes_cash": takes_cash(request, dossier),
    }
    return render_page(request, "dossiers/officer/dossier.html", context)


def buttons(request: HttpRequest, dossier: Dossier) -> list[Action]:
    """Return the moves of this person, the one that brings the dossier forward first."""
    actions = access.actions_for(request.user, dossier)
    return sorted(actions, key=lambda action: not action.move.forward)


def payments_of(dossier: Dossier) -> str:
    """Return the address of the dossier's payments, or "" where no app has such a page."""
    try:
        return f"{reverse('admin:payments_payment_changelist')}?dossier__id__exact={dossier.pk}"
    except NoReverseMatch:
        return ""


def takes_cash(request: HttpRequest, dossier: Dossier) -> bool:
    is_desk = Role.DESK in access.roles_of(request.user)
    return is_desk and dossier.owed > 0 and not dossier.is_final


# --- Moves ---


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Tell what a move will do and ask what it needs; on POST do it through the one door."""
    if action not in list(Action):
        raise Http404
    asked, dossier = Action(action), visible_or_404(request, pk)
    role = access.role_for(request.user, asked)
    if role is None:
        raise PermissionDenied
    if not access.may(request.user, asked, dossier):
        messages.error(request, workflow.too_late(dossier, asked))
        return redirect(page_of(dossier))

    if request.method != "POST":
        log_reading(request, dossier)
    posted = request.POST if request.method == "POST" else None
    kept = typed.for_page(request)
    form = forms.form_for(asked, dossier, posted, kept.dict() if kept else None)
    if form.is_valid():
        make = reauthentication_required(perform) if asked.move.fresh_sign_in else perform
        return make(request, asked, dossier, role, form)
    context = {
        "title": asked.label,
        "action": asked,
        "dossier": dossier,
        "form": form,
        "consequences": forms.consequences(asked, dossier),
        **form.background(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render_page(request, "dossiers/officer/act.html", context, status)


def perform(
    request: HttpRequest, action: Action, dossier: Dossier, role: Role, form: forms.MoveForm
) -> HttpResponse:
    """Make the move and lead back to the dossier, with a link to the next one of the queue."""
    assert isinstance(request.user, AbstractUser)  # noqa: S101 - `act` asked for the role
    typed.forget(request)
    state_before = dossier.state
    note = form.cleaned_data["note"]
    try:
        dossier = workflow.perform(
            dossier, action, role=role, by=request.user, note=note, given=form.given()
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(page_of(dossier))

    state = dossier.get_state_display()
    done = f"Đã làm xong: {action.label}. Hồ sơ {dossier} nay ở trạng thái “{state}”."
    following = queues.next_after(request.user, dossier, state_before)
    if following is None:
        messages.success(request, f"{done} Hàng đợi của bạn đã hết.")
        return redirect(page_of(dossier))
    link = format_html(
        '<a href="{}">Hồ sơ tiếp theo trong hàng đợi: {}</a>', page_of(following), following
    )
    messages.success(request, format_html("{} {}", done, link))
    return redirect(page_of(dossier))


# --- Jobs ---


@require_POST
def requeue(request: HttpRequest, pk: int, job: int) -> HttpResponse:
    """Put a job that the worker gave up back in the queue."""
    dossier = visible_or_404(request, pk)
    of_dossier = Q(event__dossier=dossier) | Q(attachment__dossier=dossier)
    given_up = get_object_or_404(OutboxJob, of_dossier, pk=job)
    if leases.requeue(given_up):
        messages.success(request, "Đã xếp lại vào hàng đợi. Tải lại trang sau ít giây.")
    return redirect(page_of(dossier))


# --- The code box ---


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """From a code, an official number or a scanned address to the dossier.

    What is not found is answered with what would be accepted.
    """
    if not access.sees_dossiers(request.user):
        raise PermissionDenied
    typed = request.GET.get("q", "").strip()
    found = search.find_one(request.user, typed)
    if found is not None:
        return redirect(page_of(found))
    context = {
        "title": "Tìm hồ sơ",
        "typed": typed,
        "shown": typed[:MAX_SHOWN],
        "is_code": codes.find_in(typed),
    }
    status = HTTPStatus.NOT_FOUND if typed else HTTPStatus.UNPROCESSABLE_ENTITY
    return render_page(request, "dossiers/officer/find.html", context, status)
