"""Dossiers in the admin: a list that is a queue. Nothing is edited here; `pages` acts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from dossiers import access
from dossiers.models import Dossier
from dossiers.officer import files, pages, queues, search
from dossiers.officer.search import ALL, OWN, queue_of
from dossiers.states import State
from services import formats
from services.read_only_admin import ReadOnlyAdmin

Cell = Callable[["DossierAdmin", Dossier], str]


def column(label: str, ordering: str | None = None) -> Callable[[Cell], Cell]:
    """A column whose cells carry its label; admin.css shows it where a row is a card."""

    def decorate(content: Cell) -> Cell:
        @admin.display(description=label, ordering=ordering)
        @wraps(content)
        def cell(self: "DossierAdmin", dossier: Dossier) -> str:
            shown = content(self, dossier)
            return format_html('<span data-label="{}">{}</span>', label, shown)

        return cell

    return decorate


class DossierAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Shows and finds; `pages` acts."""

    change_list_template = "dossiers/officer/list.html"
    can_view = staticmethod(access.sees_dossiers)

    list_display = ["code", "what", "who", "status", "sent", "deadline", "money", "handled_by"]
    list_filter = list(search.FILTERS)
    list_select_related = ["service", "handler"]
    list_per_page = list_max_show_all = 50
    search_fields = ["tracking_code"]  # what is searched is in get_search_results
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    preserve_filters = False
    actions = None
    paginator = search.CappedPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dossier]:
        """The sent dossiers, without the long columns that only the page of one dossier reads."""
        return access.visible_to(request.user).defer("answers", "form", "papers", "fees")

    def get_ordering(self, request: HttpRequest) -> list:
        """Work is taken up oldest first; looking through everything starts with the newest."""
        return ["-pk"] if queue_of(request) == ALL else list(queues.OLDEST_FIRST)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Dossier], search_term: str
    ) -> tuple[QuerySet[Dossier], bool]:
        return search.find(queryset, search_term), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": "Hồ sơ", "queue_shown": queue_of(request), "tabs": self._tabs(request)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def _tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        counts = queues.counts(request.user)
        own = sum(counts.get(state, 0) for state in queues.own_states(request.user))
        tabs: list[dict[str, Any]] = [{"key": OWN, "name": "Việc cần làm", "number": own}]
        for queue in queues.queues_for(request.user):
            tabs.append({"key": queue.key, "name": queue.name, "number": queue.number(counts)})
        tabs.append({"key": ALL, "name": "Tất cả"})
        return tabs

    def get_urls(self) -> list[URLPattern]:
        """Only the pages that exist: the admin's own pages for adding.

        Changing and deleting are not among them.
        """
        routes: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("", self.changelist_view, "dossiers_dossier_changelist"),
            ("tim/", pages.find, "dossiers_find"),
            ("<int:pk>/change/", pages.show, "dossiers_dossier_change"),
            ("<int:pk>/tep/<int:file>/", files.attachment, "dossiers_dossier_attachment"),
            ("<int:pk>/tep/<int:file>/ban-goc/", files.original, "dossiers_dossier_original"),
            ("cach-ly/", files.quarantine, "dossiers_quarantine"),
            ("<int:pk>/giay-to/<int:file>/", files.document, "dossiers_dossier_document"),
            ("<int:pk>/lam-lai/<int:job>/", pages.requeue, "dossiers_dossier_requeue"),
            ("<int:pk>/<slug:action>/", pages.act, "dossiers_dossier_act"),
        ]
        return [
            path(route, self.admin_site.admin_view(view), name=name) for route, view, name in routes
        ]

    # --- Columns

    @admin.display(description="Mã hồ sơ")
    def code(self, dossier: Dossier) -> str:
        return str(dossier)

    @column("Dịch vụ")
    def what(self, dossier: Dossier) -> str:
        return dossier.service_name

    @column("Người nộp")
    def who(self, dossier: Dossier) -> str:
        return dossier.applicant_name

    @column("Trạng thái")
    def status(self, dossier: Dossier) -> str:
        return _tag(State(dossier.state).record.tone, dossier.get_state_display())

    @column("Gửi lúc", ordering="submitted_at")
    def sent(self, dossier: Dossier) -> str:
        return (
            f"{timezone.localtime(dossier.submitted_at):%d/%m/%Y %H:%M}"
            if dossier.submitted_at
            else "–"
        )

    @column("Hẹn trả", ordering="due_at")
    def deadline(self, dossier: Dossier) -> str:
        due = queues.due(dossier, timezone.now())
        if due is None:
            return "–"
        return format_html(
            "{} {}", f"{timezone.localtime(dossier.due_at):%d/%m/%Y}", _tag(due.tone, due.words)
        )

    @column("Phí, lệ phí")
    def money(self, dossier: Dossier) -> str:
        if not dossier.fee_total:
            return "Không thu"
        if not dossier.owed:
            return _tag("done", "Đã nộp đủ")
        return _tag("attention", f"Còn {formats.money(dossier.owed)}")

    @column("Người xử lý")
    def handled_by(self, dossier: Dossier) -> str:
        return str(dossier.handler or "–")


def _tag(tone: str, words: str) -> str:
    """A status as templates/_status.html draws it, without a template for each of fifty rows."""
    return format_html('<span class="status status--{}">{}</span>', tone, words)
