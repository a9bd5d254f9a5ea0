"""Sending a dossier: the start page, one step per page, the review.

Works without JavaScript, and twice is once.
"""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dossiers import access, answers
from dossiers.applicant import drafts, posted_files, send, uploads
from dossiers.applicant.forms import DeclarationForm
from dossiers.applicant.steps import Step, first_unfinished, steps_of
from dossiers.models import Dossier
from dossiers.moves import NotAllowed
from dossiers.states import State


@never_cache
@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, slug: str, tracking: str, number: int) -> HttpResponse:
    """One step of a draft."""
    draft = access.get_accessible_or_404(request, tracking)
    if draft.service.slug != slug:
        raise Http404
    if draft.state != State.DRAFT:
        return redirect("dossiers:sent", draft.tracking_code)
    try:
        return _step(request, draft, number)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("dossiers:fill", slug, tracking, number)


def _step(request: HttpRequest, draft: Dossier, number: int) -> HttpResponse:
    if drafts.refresh(draft):
        messages.warning(
            request,
            _("Dịch vụ vừa được cập nhật. Xin xem lại các mục; những gì bạn đã điền vẫn còn."),
        )
        draft.refresh_from_db()
    steps = steps_of(draft)
    if not 1 <= number <= len(steps):
        return redirect(first_unfinished(draft).url(draft))
    step = steps[number - 1]
    return _PAGES[step.kind](request, draft, steps, step)


def _page(
    request: HttpRequest,
    draft: Dossier,
    steps: list[Step],
    step: Step,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    previous = steps[step.number - 2].url(draft) if step.number > 1 else None
    context |= {
        "dossier": draft,
        "service": draft.service,
        "step": step,
        "total": len(steps),
        "previous": previous,
    }
    return render(request, template, context, status=status)


def _questions(request: HttpRequest, draft: Dossier, steps: list[Step], step: Step) -> HttpResponse:
    """The applicant or one section of questions.

    "back" and "later" keep what is there without asking for the rest.
    """
    if request.method == "GET":
        return _page(
            request,
            draft,
            steps,
            step,
            "dossiers/applicant/questions.html",
            {"form": step.form(draft)},
        )
    way = request.POST.get("way", "next")
    form = step.form(draft, request.POST, partial=way in ("back", "later"))
    if not form.is_valid():
        return _page(
            request,
            draft,
            steps,
            step,
            "dossiers/applicant/questions.html",
            {"form": form},
            HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    if step.section is None:
        drafts.save(draft, **form.cleaned_data)
    else:
        drafts.save(draft, answers=form.cleaned_data)
    return _onward(draft, steps, step, way)


def _onward(draft: Dossier, steps: list[Step], step: Step, way: str) -> HttpResponse:
    if way == "later":
        return redirect("dossiers:track", draft.tracking_code)
    if way == "review" and all(one.is_complete(draft) for one in steps[:-1]):
        return redirect(steps[-1].url(draft))
    target = step.number - (2 if way == "back" else 0)
    return redirect(steps[max(target, 0)].url(draft))


def _papers(request: HttpRequest, draft: Dossier, steps: list[Step], step: Step) -> HttpResponse:
    """The list of papers, each with its own file line; a file that is refused touches no other."""
    context: dict[str, Any] = {"upload_rules": uploads.rules(), "accept": uploads.ACCEPT_ATTRIBUTE}
    refusals: dict[str, str] = {}
    if request.method == "POST":
        refusals = posted_files.keep(
            request, draft, {slot.key for slot in answers.papers(draft) if slot.upload}
        )
        stays = "slot" in request.POST or "remove" in request.POST
        way = request.POST.get("way", "next")
        if not refusals and stays:
            return redirect(f"{step.url(draft)}#{request.POST.get('slot') or 'giay-to'}")
        context["show_missing"] = not stays and way == "next" and bool(answers.missing(draft))
        if not refusals and not context["show_missing"]:
            return _onward(draft, steps, step, way)
    slots = [slot for slot in answers.papers(draft) if slot.upload]
    context["lines"] = posted_files.lines(slots, refusals)
    context["faulty"] = request.method == "POST"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if context["faulty"] else 200
    return _page(request, draft, steps, step, "dossiers/applicant/papers.html", context, status)


def _review(request: HttpRequest, draft: Dossier, steps: list[Step], step: Step) -> HttpResponse:
    """Check-your-answers, declaration, send."""
    unfinished = [one for one in steps[:-1] if not one.is_complete(draft)]
    posted = request.POST if request.method == "POST" else None
    form = DeclarationForm(posted, initial={"reviewed": drafts.offer_digest(draft)})
    if posted is not None and form.is_valid() and not unfinished:
        by = request.user if request.user.is_authenticated and not request.user.is_staff else None
        send.submit(draft, by=by, reviewed=form.cleaned_data["reviewed"])
        access.grant(request, draft)
        return redirect("dossiers:sent", draft.tracking_code)
    context = {
        "form": form,
        "unfinished": list(zip(unfinished, [one.url(draft) for one in unfinished], strict=True)),
        "sections": [
            (section, _step_url(draft, steps, section.number)) for section in answers.summary(draft)
        ],
        "slots": answers.papers(draft),
        "papers_url": next((one.url(draft) for one in steps if one.kind == "papers"), None),
        "applicant_url": steps[0].url(draft),
    }
    status = 200 if posted is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(request, draft, steps, step, "dossiers/applicant/review.html", context, status)


def _step_url(draft: Dossier, steps: list[Step], section_number: int) -> str:
    return steps[1 + section_number].url(draft)


_PAGES = {"applicant": _questions, "section": _questions, "papers": _papers, "review": _review}
