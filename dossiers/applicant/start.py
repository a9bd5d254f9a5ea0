"""The page before the first step: what is needed, and a draft begun earlier."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dossiers import access
from dossiers.applicant import drafts, storage_limits, unlock, uploads
from dossiers.models import Dossier
from services.models import Service

SECOND_CLICK = timedelta(minutes=10)


@never_cache
@require_http_methods(["GET", "POST"])
def start_application(request: HttpRequest, slug: str) -> HttpResponse:
    """Tell what is needed before starting; POST opens a draft.

    A draft already begun in this browser is offered.
    """
    published = Service.objects.published().prefetch_related("papers", "fees")
    service = get_object_or_404(published, slug=slug)
    if not service.is_online:
        sentence = _("Dịch vụ này chưa nhận hồ sơ trực tuyến. Xin xem cách nộp dưới đây.")
        messages.info(request, sentence)
        return redirect(service)
    if request.method == "POST":
        return _open_draft(request, service)
    return _show(request, service, access.open_drafts(request).filter(service=service))


def _open_draft(request: HttpRequest, service: Service) -> HttpResponse:
    draft = _just_begun(request, service)
    if draft is None:
        refusal = storage_limits.why_no_new_draft(request)
        if refusal is not None:
            sentence, status = refusal
            begun = access.open_drafts(request)
            return _show(request, service, begun, refusal=sentence, status=status)
        draft = drafts.start(service, **_known_of(request))
    access.grant(request, draft)
    # From the unlock page of a draft that nothing opens again: what was typed goes along.
    resend = unlock.RESEND in request.POST
    return redirect("dossiers:fill", service.slug, draft.tracking_code, 1, preserve_request=resend)


def _show(
    request: HttpRequest,
    service: Service,
    begun: QuerySet[Dossier],
    *,
    refusal: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "service": service,
        "drafts": begun,
        "refusal": refusal,
        # From an unlock page: what was typed waits on this page when no new draft can be opened.
        "kept": unlock.fields_of_unlock(request),
        "has_typed": unlock.RESEND in request.POST,
        "upload_rules": uploads.rules(),
    }
    return render(request, "dossiers/applicant/start.html", context, status=status)


def _just_begun(request: HttpRequest, service: Service) -> Dossier | None:
    """Return a draft that this visitor began a moment ago, with nothing typed: a second click.

    Not an older one: on a shared machine somebody else may have begun it and kept its cookie.
    """
    begun = access.open_drafts(request).filter(service=service)
    untouched = begun.filter(answers={}, address="", attachments=None)
    return untouched.filter(created_at__gt=timezone.now() - SECOND_CLICK).first()


def _known_of(request: HttpRequest) -> dict[str, Any]:
    """Return what the account already knows and the pages need not ask again."""
    user = request.user
    if not user.is_authenticated or user.is_staff:
        return {}
    return {
        "owner": user,
        "applicant_name": user.full_name,
        "citizen_id": user.citizen_id,
        "phone": user.phone,
        "email": user.email,
    }
