"""The pages of a draft: one step per page, and the review from which it is sent.

They work without JavaScript, and what is pressed twice is done once.
"""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AbstractUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dossiers import typed
from dossiers.applicant import drafts, posted_files, send, upload_handler, uploads
from dossiers.applicant.application import Application
from dossiers.applicant.forms import DeclarationForm, StepForm
from dossiers.applicant.steps import PapersStep, QuestionsStep, ReviewStep, Step
from dossiers.applicant.unlock import needs_access
from dossiers.models import Dossier
from dossiers.moves import NotAllowed
from dossiers.states import State


@never_cache
@require_http_methods(["GET", "POST"])
@needs_access
def fill(request: HttpRequest, draft: Dossier, slug: str, number: int) -> HttpResponse:
    """One step of a draft."""
    if draft.service.slug != slug:
        raise Http404
    if draft.state != State.DRAFT:
        return redirect("dossiers:sent", draft.tracking_code)

    application = Application(draft)
    if not 1 <= number <= len(application.steps):
        return redirect(application.resume_url)
    try:
        return answer_step(request, application, application.steps[number - 1])
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("dossiers:fill", slug, draft.tracking_code, number)


def answer_step(request: HttpRequest, application: Application, step: Step) -> HttpResponse:
    if application.offer_changed:
        take_up_offer(request, application, step)
    if isinstance(step, QuestionsStep):
        return answer_questions(request, application, step)
    if isinstance(step, PapersStep):
        return answer_papers(request, application, step)
    return answer_review(request, application, step)


def take_up_offer(request: HttpRequest, application: Application, step: Step) -> None:
    """Tell the visitor that the service changed; a POST also saves the new offer on the draft.

    Whoever presses "Gửi hồ sơ" is told by `send.submit`, and only when they read another offer.
    """
    is_post = request.method == "POST"
    if is_post:
        drafts.save(application.draft)
    if is_post and isinstance(step, ReviewStep):
        return
    messages.warning(
        request,
        _("Dịch vụ vừa được cập nhật. Xin xem lại các mục; những gì bạn đã điền vẫn còn."),
    )


def show(
    request: HttpRequest,
    application: Application,
    step: Step,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Answer with the page of a step; 422 to a POST, which gets a page only when it is refused."""
    status = HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, template, application.page_context(step) | context, status=status)


# --- Questions ---


def answer_questions(
    request: HttpRequest, application: Application, step: QuestionsStep
) -> HttpResponse:
    """The applicant, or one section of questions.

    Going back and stopping for now keep what is there without asking for the rest.
    """
    if request.method == "GET":
        kept = typed.for_page(request)
        form = step.form(application.draft, kept, partial=kept is not None)
        return show_questions(request, application, step, form)

    direction = request.POST.get("direction", "next")
    partial = direction in ("back", "later")
    form = step.form(application.draft, request.POST, partial=partial)
    if not form.is_valid():
        return show_questions(request, application, step, form)
    step.save(application.draft, form.cleaned_data)
    return redirect(application.url_after(step, direction))


def show_questions(
    request: HttpRequest, application: Application, step: QuestionsStep, form: StepForm
) -> HttpResponse:
    template = "dossiers/applicant/questions.html"
    return show(request, application, step, template, {"form": form})


# --- Papers ---


def answer_papers(request: HttpRequest, application: Application, step: PapersStep) -> HttpResponse:
    """The list of papers, each with its own file input.

    Every file that was chosen is kept, whichever button was pressed; a refused one touches no
    other.
    """
    if request.method == "GET":
        return show_papers(request, application, step)

    refusals = posted_files.keep(request, application.draft, application.asked.uploads)
    only_files = posted_files.stays(request)
    direction = request.POST.get("direction", "next")
    goes_on = direction == "next" and not only_files
    show_missing = goes_on and bool(application.missing_papers)
    if refusals or show_missing:
        return show_papers(request, application, step, refusals, show_missing=show_missing)
    if only_files:
        anchor = request.POST.get("slot") or "giay-to"
        return redirect(f"{application.url(step)}#{anchor}")
    return redirect(application.url_after(step, direction))


def show_papers(
    request: HttpRequest,
    application: Application,
    step: PapersStep,
    refusals: dict[str, str] | None = None,
    *,
    show_missing: bool = False,
) -> HttpResponse:
    to_upload = [slot for slot in application.papers if slot.upload]
    context = {
        "rows": posted_files.rows(to_upload, refusals or {}),
        "upload_rules": uploads.rules(),
        "request_rule": upload_handler.rule(),
        "accept": uploads.ACCEPT_ATTRIBUTE,
        "checking": any(slot.is_checking for slot in to_upload),
        "show_missing": show_missing,
        "faulty": request.method == "POST",
    }
    return show(request, application, step, "dossiers/applicant/papers.html", context)


# --- Review ---


def answer_review(request: HttpRequest, application: Application, step: Step) -> HttpResponse:
    """Check your answers, declare them true, send."""
    if request.method == "GET":
        form = DeclarationForm(initial={"reviewed": drafts.offer_digest(application.draft)})
        return show_review(request, application, step, form)

    form = DeclarationForm(request.POST)
    if not form.is_valid() or application.unfinished:
        return show_review(request, application, step, form)
    draft = application.draft
    send.submit(
        draft,
        by=citizen(request),
        reviewed=form.cleaned_data["reviewed"],
        asked=application.asked,
    )
    return redirect("dossiers:sent", draft.tracking_code)


def show_review(
    request: HttpRequest, application: Application, step: Step, form: DeclarationForm
) -> HttpResponse:
    context = {
        "form": form,
        "unfinished": [(left, application.url(left)) for left in application.unfinished],
        "sections": application.summary(),
        "slots": application.papers,
        "papers_url": application.papers_url,
        "applicant_url": application.url(application.steps[0]),
    }
    return show(request, application, step, "dossiers/applicant/review.html", context)


def citizen(request: HttpRequest) -> AbstractUser | None:
    """Return the signed-in citizen; None for a visitor, and for staff, who own no dossier."""
    user = request.user
    if isinstance(user, AbstractUser) and not user.is_staff:
        return user
    return None
