"""Dossiers in the admin: a list that is a queue, and a page that shows. Nothing is edited; `admin_views` acts."""

import unicodedata
from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html

from dossiers import access, admin_queues, admin_views, codes
from dossiers.models import TICKING, Dossier
from dossiers.states import State
from dossiers.timeline import TONES
from services import formats
from services.models import Field, Service
from services.read_only_admin import ReadOnlyAdmin

MOST_COUNTED = 10_000
SHORTEST_PHONE = 4
OWN, ALL = "can-lam", "tat-ca"
# Addresses that only turn pages or columns; with anything else in it a search or a filter is meant.
NOT_NARROWING = {"p", "o", "e", "viec"}


class CappedPaginator(Paginator):
    """Counts up to MOST_COUNTED rows: the list of all dossiers must not read a million to say so."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet, self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


# --- Narrowing ---------------------------------------------------------------------------------------------------


class Choice(admin.SimpleListFilter):
    """A filter over fixed words: `words` maps what stands in the address to a label and a condition."""

    def words(self) -> dict[str, tuple[str, Q]]:
        raise NotImplementedError

    def lookups(self, request, model_admin):
        return [(value, label) for value, (label, _condition) in self.words().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dossier]) -> QuerySet[Dossier]:
        chosen = self.words().get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class StateFilter(Choice):
    title, parameter_name = "trạng thái", "trang-thai"

    def words(self):
        return {
            state.value: (str(state.label), Q(state=state))
            for state in State
            if state != State.DRAFT
        }


class FeeFilter(Choice):
    title, parameter_name = "phí, lệ phí", "phi"

    def words(self):
        return {
            "chua-du": ("Chưa nộp đủ", Q(fee_total__gt=F("fee_paid"))),
            "da-du": ("Đã nộp đủ", Q(fee_total__gt=0, fee_total__lte=F("fee_paid"))),
            "khong": ("Không thu", Q(fee_total=0)),
        }


class DueFilter(Choice):
    title, parameter_name = "thời hạn", "han"

    def words(self):
        now = timezone.now()
        return {
            "qua-han": ("Quá hạn", TICKING & Q(due_at__lt=now)),
            "hom-nay": ("Đến hạn hôm nay", TICKING & admin_queues.due_today(now)),
            "tam-dung": ("Tạm dừng", Q(paused_at__isnull=False)),
        }


class FieldFilter(admin.SimpleListFilter):
    title, parameter_name = "lĩnh vực", "linh-vuc"

    def lookups(self, request, model_admin):
        return Field.objects.values_list("code", "name")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dossier]) -> QuerySet[Dossier]:
        return queryset.filter(service__field__code=self.value()) if self.value() else queryset


class ServiceFilter(admin.SimpleListFilter):
    title, parameter_name = "dịch vụ", "dich-vu"

    def lookups(self, request, model_admin):
        return Service.objects.values_list("slug", "name")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dossier]) -> QuerySet[Dossier]:
        return queryset.filter(service__slug=self.value()) if self.value() else queryset


def queue_of(request: HttpRequest) -> str:
    """Return the queue to show: the one asked for, one's own work at first, all once a search or filter is set."""
    asked = request.GET.get("viec", "")
    if asked in {OWN, ALL, *(queue.key for queue in admin_queues.of(request.user))}:
        return asked
    narrowed = any(value for name, value in request.GET.items() if name not in NOT_NARROWING)
    return ALL if narrowed else OWN


class QueueFilter(admin.SimpleListFilter):
    """The tabs above the list."""

    title, parameter_name = "việc", "viec"

    def lookups(self, request, model_admin):
        return [(ALL, "Tất cả"), (OWN, "Việc cần làm")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dossier]) -> QuerySet[Dossier]:
        shown = queue_of(request)
        if shown == ALL:
            return queryset
        if shown == OWN:
            return queryset.filter(state__in=admin_queues.own_states(request.user))
        return queryset.filter(
            state__in=next(queue.states for queue in admin_queues.QUEUES if queue.key == shown)
        )


# --- The list ----------------------------------------------------------------------------------------------------


@admin.register(Dossier)
class DossierAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Shows and finds; `admin_views` acts."""

    can_view = staticmethod(access.sees_dossiers)

    list_display = ["code", "what", "who", "status", "sent", "deadline", "money", "handled_by"]
    list_filter = [QueueFilter, DueFilter, StateFilter, FeeFilter, FieldFilter, ServiceFilter]
    list_select_related = ["service", "handler"]
    list_per_page = list_max_show_all = 50
    search_fields = ["tracking_code"]  # what is searched is in get_search_results
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    preserve_filters = False
    actions = None
    paginator = CappedPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dossier]:
        """The sent dossiers, without the long columns that only the page of one dossier reads."""
        return access.visible_to(request.user).defer("answers", "form", "papers", "fees")

    def get_ordering(self, request: HttpRequest) -> list:
        """Work is taken up oldest first; looking through everything starts with the newest."""
        return ["-pk"] if queue_of(request) == ALL else list(admin_queues.OLDEST_FIRST)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Dossier], search_term: str
    ):
        """A code or number typed in any way, part of a telephone number, or words of a name."""
        term = unicodedata.normalize("NFC", search_term).strip()
        match codes.find_in(term):
            case "tracking", code:
                return queryset.filter(tracking_code=code), False
            case "official", number:
                return queryset.filter(official_number=number), False
        digits = "".join(char for char in term if char.isdigit())
        if len(digits) >= SHORTEST_PHONE and not any(char.isalpha() for char in term):
            return queryset.filter(phone__contains=digits), False
        for word in term.split():
            queryset = queryset.filter(applicant_name__icontains=word)
        return queryset, False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": "Hồ sơ", "queue_shown": queue_of(request), "tabs": self._tabs(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def _tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        counts = admin_queues.counts(request.user)
        own = sum(counts.get(state, 0) for state in admin_queues.own_states(request.user))
        queues = [
            {"key": queue.key, "name": queue.name, "number": queue.number(counts)}
            for queue in admin_queues.of(request.user)
        ]
        return [
            {"key": OWN, "name": "Việc cần làm", "number": own},
            *queues,
            {"key": ALL, "name": "Tất cả"},
        ]

    def get_urls(self) -> list[URLPattern]:
        """Only the pages that exist: the admin's own pages for adding, changing and deleting are not among them."""
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("", self.changelist_view, "dossiers_dossier_changelist"),
            ("tim/", admin_views.find, "dossiers_find"),
            ("<int:pk>/change/", admin_views.show, "dossiers_dossier_change"),
            ("<int:pk>/tep/<int:file>/", admin_views.attachment, "dossiers_dossier_attachment"),
            ("<int:pk>/giay-to/<int:file>/", admin_views.document, "dossiers_dossier_document"),
            (
                "<int:pk>/lam-lai/<slug:kind>/<int:row>/",
                admin_views.retry,
                "dossiers_dossier_retry",
            ),
            ("<int:pk>/<slug:action>/", admin_views.act, "dossiers_dossier_act"),
        ]
        return [
            path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages
        ]

    # --- Columns

    @admin.display(description="Mã hồ sơ")
    def code(self, dossier: Dossier) -> str:
        return str(dossier)

    @admin.display(description="Dịch vụ")
    def what(self, dossier: Dossier) -> str:
        return dossier.service_name

    @admin.display(description="Người nộp")
    def who(self, dossier: Dossier) -> str:
        return dossier.applicant_name

    @admin.display(description="Trạng thái")
    def status(self, dossier: Dossier) -> str:
        return _tag(TONES[State(dossier.state)], dossier.get_state_display())

    @admin.display(description="Gửi lúc", ordering="submitted_at")
    def sent(self, dossier: Dossier) -> str:
        return (
            f"{timezone.localtime(dossier.submitted_at):%d/%m/%Y %H:%M}"
            if dossier.submitted_at
            else "–"
        )

    @admin.display(description="Hẹn trả", ordering="due_at")
    def deadline(self, dossier: Dossier) -> str:
        due = admin_queues.due(dossier, timezone.now())
        if due is None:
            return "–"
        return format_html(
            "{} {}", f"{timezone.localtime(dossier.due_at):%d/%m/%Y}", _tag(due.tone, due.words)
        )

    @admin.display(description="Phí, lệ phí")
    def money(self, dossier: Dossier) -> str:
        if not dossier.fee_total:
            return "Không thu"
        if not dossier.owed:
            return _tag("done", "Đã nộp đủ")
        return _tag("attention", f"Còn {formats.money(dossier.owed)}")

    @admin.display(description="Người xử lý")
    def handled_by(self, dossier: Dossier) -> str:
        return str(dossier.handler or "–")


def _tag(tone: str, words: str) -> str:
    """A status as templates/_status.html draws it, without a template for each of fifty rows."""
    return format_html('<span class="status status--{}">{}</span>', tone, words)
