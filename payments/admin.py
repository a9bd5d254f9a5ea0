"""Money in the admin: attempts to pay with their books and messages, read-only; a page for cash.

Staff pages speak Vietnamese only (/admin/ has no English twin), so their words are plain strings.
"""

from allauth.account.decorators import reauthentication_required
from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from dossiers import access
from dossiers.models import Dossier
from dossiers.moves import NotAllowed
from dossiers.states import Role
from payments import ledger
from payments.gateways import GATEWAYS
from payments.models import GatewayMessage, LedgerEntry, Payment
from services import formats
from services.read_only_admin import ReadOnlyAdmin

PIECE = 40


def breakable(text: str) -> SafeString:
    """Return `text` whole, with places where a narrow page may break it."""
    pieces = (text[start : start + PIECE] for start in range(0, len(text), PIECE))
    return format_html_join(mark_safe("<wbr>"), "{}", ((piece,) for piece in pieces))


class StaffOnly(ReadOnlyAdmin):
    can_view = staticmethod(access.sees_dossiers)


class LedgerInline(StaffOnly, admin.TabularInline):
    model = LedgerEntry
    fields = ["at", "kind", "sum"]
    readonly_fields = ["sum"]
    extra = 0

    @admin.display(description="số tiền")
    def sum(self, entry: LedgerEntry) -> str:
        return formats.money(entry.amount)


class MessageInline(StaffOnly, admin.TabularInline):
    model = GatewayMessage
    fields = ["received_at", "kind", "signature_ok", "says_paid", "outcome", "words"]
    readonly_fields = ["words"]
    extra = 0

    @admin.display(description="nguyên văn")
    def words(self, message: GatewayMessage) -> SafeString:
        return breakable(message.raw)


class NamedProvider:
    """Adds the column `provider_name` to the admin of a model with a provider."""

    @admin.display(description="cổng thanh toán", ordering="provider")
    def provider_name(self, row: Payment | GatewayMessage) -> str:
        """Return what staff call the provider, or the key of one that is registered no longer."""
        if row.provider in GATEWAYS:
            return GATEWAYS[row.provider].name
        return row.provider or "–"  # cash


class ProviderFilter(admin.SimpleListFilter):
    title, parameter_name = "cổng thanh toán", "cong"

    def lookups(self, request, model_admin):
        return [(gateway.provider, gateway.name) for gateway in GATEWAYS.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(provider=self.value()) if self.value() else queryset


class UnconfirmedFilter(admin.SimpleListFilter):
    """Money that has perhaps left somebody's account and is not in our books."""

    title, parameter_name = "cần đối soát", "doi-soat"

    def lookups(self, request, model_admin):
        return [("co", "Ngân hàng báo thành công, chưa có IPN")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        if not self.value():
            return queryset
        # By primary keys, so that it may be combined with the other filters.
        return queryset.filter(pk__in=Payment.objects.unconfirmed().values("pk"))


@admin.register(Payment)
class PaymentAdmin(NamedProvider, StaffOnly, admin.ModelAdmin):
    """Shows and finds; `take_cash` is the one thing that staff do with money here."""

    list_display = [
        "reference",
        "dossier",
        "sum",
        "method",
        "state",
        "created_at",
        "settled_at",
        "to_refund",
    ]
    list_filter = [
        "needs_refund",
        UnconfirmedFilter,
        "state",
        "method",
        ProviderFilter,
        "refund_reason",
    ]
    list_select_related = ["dossier"]
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    search_fields = [
        "reference",
        "gateway_reference",
        "dossier__official_number",
        "dossier__tracking_code",
    ]
    search_help_text = "Mã giao dịch, mã tại cổng thanh toán, mã số hồ sơ hoặc mã tra cứu."
    show_full_result_count = False
    date_hierarchy = "created_at"
    actions = None
    inlines = [LedgerInline, MessageInline]

    fields = [
        "dossier",
        "sum",
        "reference",
        "state",
        "method",
        "provider_name",
        "created_at",
        "expires_at",
        "settled_at",
        "gateway_reference",
        "bank_code",
        "result_code",
        "to_refund",
    ]
    readonly_fields = ["sum", "provider_name", "to_refund"]

    @admin.display(description="số tiền", ordering="amount")
    def sum(self, payment: Payment) -> str:
        return formats.money(payment.amount)

    @admin.display(description="cần hoàn tiền", ordering="needs_refund")
    def to_refund(self, payment: Payment) -> str:
        return payment.get_refund_reason_display() if payment.needs_refund else "–"

    def get_urls(self):
        cash = path(
            "thu-tien/<int:dossier_pk>/",
            self.admin_site.admin_view(take_cash),
            name="payments_cash",
        )
        return [cash, *super().get_urls()]


@admin.register(GatewayMessage)
class GatewayMessageAdmin(NamedProvider, StaffOnly, admin.ModelAdmin):
    """Every message in a provider's name; the filters find forgeries and wrong amounts."""

    list_display = [
        "received_at",
        "provider_name",
        "kind",
        "signature_ok",
        "says_paid",
        "outcome",
        "payment",
    ]
    list_filter = [ProviderFilter, "kind", "signature_ok", "outcome", "received_at"]
    list_select_related = ["payment"]
    list_per_page = 50
    fields = [
        "received_at",
        "provider_name",
        "kind",
        "payment",
        "signature_ok",
        "says_paid",
        "outcome",
        "words",
    ]
    readonly_fields = ["provider_name", "words"]
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    actions = None

    @admin.display(description="nguyên văn")
    def words(self, message: GatewayMessage) -> SafeString:
        return breakable(message.raw)


@require_http_methods(["GET", "HEAD", "POST"])
def take_cash(request: HttpRequest, dossier_pk: int) -> HttpResponse:
    """Show what a dossier owes; POST records it as taken in cash. For desk officers only."""
    if Role.DESK not in access.roles_of(request.user):
        raise PermissionDenied
    dossier = get_object_or_404(access.visible_to(request.user), pk=dossier_pk)
    if request.method == "POST":
        return _record_cash(request, dossier)
    under_way = Payment.objects.unconfirmed().filter(dossier=dossier)
    context = {"title": "Thu tiền tại quầy", "dossier": dossier, "under_way": under_way}
    return render(
        request, "payments/admin/cash.html", {**admin.site.each_context(request), **context}
    )


@reauthentication_required
def _record_cash(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    assert isinstance(request.user, AbstractUser)  # noqa: S101 - it has a role
    try:
        payment = ledger.record_cash(dossier, by=request.user, seen=_amount_seen(request))
    except (ledger.NotPayable, NotAllowed) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Đã ghi thu tiền mặt, mã giao dịch {payment.reference}.")
    return redirect("admin:dossiers_dossier_change", dossier.pk)


def _amount_seen(request: HttpRequest) -> int:
    """Return the amount that the page showed.

    0, which is owed by nobody, when the field is missing or spoilt.
    """
    text = request.POST.get("amount", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 13 else 0
