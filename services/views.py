"""The catalogue as people read it: search, two lists, a page per service, forms to take away."""

import logging
from pathlib import PurePosixPath

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from services import printing
from services.forms import CatalogueFilter
from services.models import Agency, Field, FormTemplate, Level, Service, ServiceQuerySet

log = logging.getLogger(__name__)

PER_PAGE = 20
# The folded text begins with the name: in this order Đ stands beside D, whatever the collation of
# the database.
ALPHABET = "search_text"


@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """Every service, or those that match the words and filters of the address."""
    with_services = {"services__is_published": True}
    form = CatalogueFilter(
        request.GET,
        fields=list(Field.objects.filter(**with_services).distinct()),
        agencies=list(Agency.objects.filter(**with_services).distinct()),
    )
    page, page_is_known = _page(
        form.apply(Service.objects.published().order_by(ALPHABET)), request.GET.get("trang", "1")
    )
    context = {"form": form, "page": page, "page_is_known": page_is_known}
    return render(request, "services/list.html", context)


def _page(services: ServiceQuerySet, number: str) -> tuple[Page, bool]:
    """Return the page of that number, or the first one and False where there is no such page."""
    paginator = Paginator(services, PER_PAGE)
    try:
        return paginator.page(number), True
    except InvalidPage:
        return paginator.page(1), False


@require_safe
def online(request: HttpRequest) -> HttpResponse:
    """The list "mức độ 3 trở lên": services whose dossier can be sent from home, by field."""
    heading = _("Dịch vụ công trực tuyến mức độ 3 trở lên")
    return _grouped(request, Service.objects.published().online(), heading, "online")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The list "mức độ 1, 2": services to read about and take forms for, by field."""
    heading = _("Dịch vụ công trực tuyến mức độ 1, 2")
    return _grouped(request, Service.objects.published().offline(), heading, "offline")


def _grouped(
    request: HttpRequest, services: ServiceQuerySet, heading: str, which: str
) -> HttpResponse:
    services = services.order_by("field__order", "field__name", ALPHABET)
    return render(
        request, "services/grouped.html", {"services": services, "heading": heading, "which": which}
    )


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One procedure with everything there is to know, and what can be done at its level."""
    services = Service.objects.published().prefetch_related("papers", "fees", "templates")
    service = get_object_or_404(services, slug=slug)
    context = {"service": service, "has_downloads": service.level >= Level.DOWNLOAD}
    return render(request, "services/detail.html", context)


@require_safe
def template(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """A form to take away: the file someone uploaded, else the one we print from its questions."""
    form = get_object_or_404(
        FormTemplate.objects.select_related("service"),
        pk=pk,
        service__slug=slug,
        service__is_published=True,
        service__level__gte=Level.DOWNLOAD,
    )
    try:
        content = form.file.open() if form.file else printing.blank_form(form)
    except (OSError, printing.MissingGlyph) as error:
        log.error("form %s cannot be given out: %s", form.pk, type(error).__name__)
        raise Http404 from error
    if content is None:
        raise Http404
    ending = PurePosixPath(str(content.name)).suffix
    return FileResponse(
        content, as_attachment=True, filename=f"{form.service.slug}-{form.key}{ending}"
    )
