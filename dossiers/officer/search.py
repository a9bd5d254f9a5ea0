"""Narrowing the list of dossiers: filters, the queue that is shown, what a search looks at."""

import unicodedata
from collections.abc import Sequence
from typing import cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from dossiers import access, codes
from dossiers.models import CLOCK_RUNNING, Dossier
from dossiers.officer import queues
from dossiers.states import State
from services.models import Field, Service

MAX_COUNTED = 10_000
MIN_PHONE_DIGITS = 4
OWN, ALL = "can-lam", "tat-ca"
# Addresses that only turn pages or columns; with anything else in it a search or a filter is meant.
NOT_NARROWING = {"p", "o", "e", "viec"}


class CappedPaginator(Paginator):
    """Counts up to MAX_COUNTED rows: the list of all dossiers must not read a million to say so."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet, self.object_list)
        return rows.order_by()[:MAX_COUNTED].count()


# --- Narrowing ---


class Choice(admin.SimpleListFilter):
    """A filter over fixed words: `words` maps what stands in the address to a label and a
    condition.
    """

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
            "qua-han": ("Quá hạn", CLOCK_RUNNING & Q(due_at__lt=now)),
            "hom-nay": ("Đến hạn hôm nay", CLOCK_RUNNING & queues.due_today(now)),
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
    """Return the queue to show: the one asked for, one's own work at first.

    All once a search or filter is set.
    """
    asked = request.GET.get("viec", "")
    if asked in {OWN, ALL, *(queue.key for queue in queues.queues_for(request.user))}:
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
            return queryset.filter(state__in=queues.own_states(request.user))
        return queryset.filter(
            state__in=next(queue.states for queue in queues.QUEUES if queue.key == shown)
        )


FILTERS: Sequence[type[admin.SimpleListFilter]] = [
    QueueFilter,
    DueFilter,
    StateFilter,
    FeeFilter,
    FieldFilter,
    ServiceFilter,
]


# --- Words ---


def find(dossiers: QuerySet[Dossier], typed: str) -> QuerySet[Dossier]:
    """Return those of `dossiers` with this code or number, part of a telephone number.

    Or words of a name.
    """
    typed = unicodedata.normalize("NFC", typed).strip()
    match codes.find_in(typed):
        case "tracking", code:
            return dossiers.filter(tracking_code=code)
        case "official", number:
            return dossiers.filter(official_number=number)

    digits = "".join(char for char in typed if char.isdigit())
    has_letters = any(char.isalpha() for char in typed)
    if len(digits) >= MIN_PHONE_DIGITS and not has_letters:
        return dossiers.filter(phone__contains=digits)

    for word in typed.split():
        dossiers = dossiers.filter(applicant_name__icontains=word)
    return dossiers


def find_one(user, typed: str) -> Dossier | None:
    """Return the dossier whose code or number was typed or scanned, or None."""
    match codes.find_in(typed):
        case "tracking", code:
            return access.visible_to(user).filter(tracking_code=code).first()
        case "official", number:
            return access.visible_to(user).filter(official_number=number).first()
    return None
