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

from dossiers import access
from dossiers.applicant import drafts, posted_files, send, uploads
from dossiers.applicant.application import Application
from dossiers.applicant.forms import DeclarationForm
from dossiers.applicant.steps import PapersStep, QuestionsStep, Step
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

    application = Application(draft)
    if application.offer_changed:
        sentence = _(
            "Dịch vụ vừa được cập nhật. Xin xem lại các mục; những gì bạn đã điền vẫn còn."
        )
        messages.warning(request, sentence)
    if not 1 <= number <= len(application.steps):
        return redirect(application.resume_url)
    try:
        return answer_step(request, application, application.steps[number - 1])
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("dossiers:fill", slug, tracking, number)


def answer_step(request: HttpRequest, application: Application, step: Step) -> HttpResponse:
    if isinstance(step, QuestionsStep):
        return answer_questions(request, application, step)
    if isinstance(step, PapersStep):
        return answer_papers(request, application, step)
    return answer_review(request, application, step)


def render_step(
    request: HttpRequest,
    application: Application,
    step: Step,
    template: str,
    context: dict[str, Any],
    *,
    is_refused: bool = False,
) -> HttpResponse:
    """Answer with the page of a step; 422 when what was posted was refused."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render(request, template, application.page_context(step) | context, status=status)


# --- Questions ---


def answer_questions(
    request: HttpRequest, application: Application, step: QuestionsStep
) -> HttpResponse:
    """The applicant, or one section of questions.

    Going back and stopping for now keep what is there without asking for the rest.
    """
    template = "dossiers/applicant/questions.html"
    draft = application.draft
    if request.method == "GET":
        context = {"form": step.form(draft)}
        return render_step(request, application, step, template, context)

    direction = request.POST.get("direction", "next")
    form = step.form(draft, request.POST, partial=direction in ("back", "later"))
    if not form.is_valid():
        return render_step(request, application, step, template, {"form": form}, is_refused=True)
    if step.section is None:
        saved = drafts.save(draft, **form.cleaned_data)
    else:
        saved = drafts.save(draft, answers=form.cleaned_data)
    application.draft = saved
    return go_on(application, step, direction)


def go_on(application: Application, step: Step, direction: str) -> HttpResponse:
    """Lead to the page that the pressed button names.

    "review" comes from the review page's links to correct one answer; what is still unfinished is
    asked first.
    """
    if direction == "later":
        return redirect("dossiers:track", application.draft.tracking_code)
    if direction == "review" and not application.unfinished:
        return redirect(application.url(application.steps[-1]))
    if direction == "back":
        target = max(step.number - 2, 0)
    else:
        target = step.number
    return redirect(application.url(application.steps[target]))


# --- Papers ---


def answer_papers(request: HttpRequest, application: Application, step: Step) -> HttpResponse:
    """The list of papers, each with its own file input.

    Every file that was chosen is kept, whichever button was pressed; a refused one touches no
    other.
    """
    refusals: dict[str, str] = {}
    show_missing = False
    if request.method == "POST":
        allowed = {slot.key for slot in application.uploads}
        refusals = posted_files.keep(request, application.draft, allowed)
        application = Application(application.draft)
        stays = "slot" in request.POST or "remove" in request.POST
        direction = request.POST.get("direction", "next")
        if stays and not refusals:
            anchor = request.POST.get("slot") or "giay-to"
            return redirect(f"{application.url(step)}#{anchor}")
        show_missing = not stays and direction == "next" and bool(application.missing_papers)
        if not refusals and not show_missing:
            return go_on(application, step, direction)

    is_refused = request.method == "POST"
    context = {
        "rows": posted_files.rows(application.uploads, refusals),
        "upload_rules": uploads.rules(),
        "accept": uploads.ACCEPT_ATTRIBUTE,
        "show_missing": show_missing,
        "faulty": is_refused,
    }
    template = "dossiers/applicant/papers.html"
    return render_step(request, application, step, template, context, is_refused=is_refused)


# --- Review ---


def answer_review(request: HttpRequest, application: Application, step: Step) -> HttpResponse:
    """Check-your-answers, declaration, send."""
    draft = application.draft
    is_post = request.method == "POST"
    posted = request.POST if is_post else None
    form = DeclarationForm(posted, initial={"reviewed": application.offer_digest})
    if is_post and form.is_valid() and not application.unfinished:
        send.submit(
            draft,
            by=citizen(request),
            reviewed=form.cleaned_data["reviewed"],
            specification=application.contents.specification,
        )
        access.grant(request, draft)
        return redirect("dossiers:sent", draft.tracking_code)

    papers_step = next((one for one in application.steps if isinstance(one, PapersStep)), None)
    context = {
        "form": form,
        "unfinished": [(left, application.url(left)) for left in application.unfinished],
        "sections": application.summary(),
        "slots": application.papers,
        "papers_url": application.url(papers_step) if papers_step else None,
        "applicant_url": application.url(application.steps[0]),
    }
    template = "dossiers/applicant/review.html"
    return render_step(request, application, step, template, context, is_refused=is_post)


def citizen(request: HttpRequest) -> AbstractUser | None:
    """Return the signed-in citizen; None for a visitor, and for staff, who own no dossier."""
    user = request.user
    if isinstance(user, AbstractUser) and not user.is_staff:
        return user
    return None
