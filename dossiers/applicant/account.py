"""The dossiers of a signed-in citizen."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dossiers.models import Dossier
from dossiers.states import State

PER_PAGE = 20


@never_cache
@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Every dossier of the signed-in citizen, drafts first."""
    owned = Dossier.objects.filter(owner_id=request.user.pk).select_related("service")
    page = Paginator(owned.exclude(state=State.DRAFT), PER_PAGE).get_page(request.GET.get("trang"))
    return render(
        request,
        "dossiers/applicant/mine.html",
        {"drafts": owned.filter(state=State.DRAFT), "page": page},
    )
