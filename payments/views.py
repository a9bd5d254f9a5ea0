"""Paying: the page with the amount, the page to come back to, and the provider's own call."""

import logging
from enum import StrEnum
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from dossiers import access, throttle
from dossiers.models import Dossier
from dossiers.states import State
from payments import inbox, ledger
from payments.gateways import UnknownProvider, default_gateway, get_gateway
from payments.gateways.base import Gateway, Message, Order, Outcome, Verdict
from payments.models import Payment
from payments.states import PaymentState
from services.client_address import client_address, client_network

log = logging.getLogger(__name__)

# Seconds after which a waiting page is loaded again: few while the provider may call any moment.
SOON, LATER = 5, 60


# --- Going to the gateway ---


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, tracking: str) -> HttpResponse:
    """Show what is owed to whoever has the tracking code; POST leads to the provider's page."""
    dossier = access.find_by_tracking(tracking)
    if dossier is None:
        return throttle.refuse_wrong_code(request)
    if dossier.state == State.DRAFT:
        raise Http404
    if request.method != "POST":
        return _show_checkout(request, dossier, ledger.why_not_payable(dossier), status=200)

    gateway = default_gateway()
    if not gateway.is_ready:
        log.error("the gateway %s is not set up: nobody can pay", gateway.provider)
        sentence = _(
            "Thanh toán trực tuyến đang tạm ngừng. Bạn có thể nộp phí tại Bộ phận Một cửa."
        )
        return _show_checkout(request, dossier, sentence, status=HTTPStatus.CONFLICT)

    try:
        payment = ledger.open_payment(dossier, gateway)
    except ledger.NotPayable as refusal:
        return _show_checkout(request, dossier, str(refusal), status=HTTPStatus.CONFLICT)
    address = gateway.redirect_url(order_of(request, payment))
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


def _show_checkout(
    request: HttpRequest, dossier: Dossier, refusal: str, *, status: int
) -> HttpResponse:
    unconfirmed = Payment.objects.unconfirmed().filter(dossier=dossier).exists()
    context = {"dossier": dossier, "refusal": refusal, "unconfirmed": unconfirmed}
    return render(request, "payments/checkout.html", context, status=status)


def order_of(request: HttpRequest, payment: Payment) -> Order:
    """Return what the provider is told of a payment."""
    # The provider is a stranger: it reads the public number of the dossier, never the tracking
    # code that opens it.
    return Order(
        reference=payment.reference,
        amount=payment.amount,
        description=f"Thu phí hồ sơ {payment.dossier.official_number or payment.reference}",
        return_url=settings.SITE_URL + reverse("payments:returned"),
        client_address=client_address(request),
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        language=get_language() or settings.LANGUAGE_CODE,
    )


# --- Coming back ---


class ReturnPage(StrEnum):
    """The kinds of return page; templates/payments/returned.html has a part for each."""

    PAID = "paid"
    TO_REFUND = "to_refund"
    WAITING = "waiting"
    HELD = "held"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


def return_page_of(payment: Payment, message: Message) -> ReturnPage:
    """Return what our books say; the browser's message counts where they do not know yet."""
    if payment.state == PaymentState.SETTLED:
        return ReturnPage.TO_REFUND if payment.needs_refund else ReturnPage.PAID
    if payment.state == PaymentState.HELD:
        return ReturnPage.HELD
    if payment.state == PaymentState.FAILED or message.verdict == Verdict.FAILED:
        return ReturnPage.FAILED
    if payment.state == PaymentState.OPEN:
        return ReturnPage.WAITING
    return ReturnPage.UNCONFIRMED


@never_cache
@require_safe
def returned(request: HttpRequest, provider: str = "") -> HttpResponse:
    """Show what our books say of a payment; what the browser brings is kept and changes nothing."""
    gateway = gateway_or_404(provider)
    query = request.META.get("QUERY_STRING", "")
    message = inbox.receive_return(gateway, query, network=client_network(request))
    if message is None:
        return render(request, "payments/not_understood.html", status=HTTPStatus.BAD_REQUEST)
    payment = Payment.objects.select_related("dossier").about(message).first()
    if payment is None:
        return render(request, "payments/not_understood.html", status=HTTPStatus.NOT_FOUND)

    page = return_page_of(payment, message)
    context = {
        "payment": payment,
        "dossier": payment.dossier,
        "return_page": page,
        "reason": gateway.reason(payment.result_code or message.code),
    }
    response = render(request, "payments/returned.html", context)
    if page == ReturnPage.WAITING:
        # A header, so that it needs no script; the page has a link that does the same.
        response["Refresh"] = str(SOON if timezone.now() < payment.expires_at else LATER)
    return response


def gateway_or_404(provider: str) -> Gateway:
    """Return the gateway named in the address; without a name that of new payments."""
    try:
        return get_gateway(provider) if provider else default_gateway()
    except UnknownProvider as error:
        raise Http404 from error


# --- The provider's call ---


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def ipn(request: HttpRequest, provider: str = "") -> HttpResponse:
    """Take a provider's call and answer in its protocol, whatever happens."""
    gateway = gateway_or_404(provider)
    if request.method == "POST":
        raw = request.body.decode("utf-8", "replace")
    else:
        raw = request.META.get("QUERY_STRING", "")
    try:
        outcome = inbox.receive_call(gateway, raw, network=client_network(request))
    except DatabaseError:
        log.exception("a provider's call could not even be kept")
        outcome = Outcome.ERROR
    return gateway.reply(outcome)
