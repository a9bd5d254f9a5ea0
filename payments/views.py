"""Paying: the page with the amount, the page to come back to, and the gateway's own call."""

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from dossiers import access, throttle
from dossiers.models import Dossier
from dossiers.states import State
from payments import gateway, inbox, ledger, wording
from payments.gateway import Answer
from payments.models import Payment
from payments.wording import Story
from services.responses import too_many_requests

log = logging.getLogger(__name__)

SEE_OTHER, CONFLICT = 303, 409
# How long a waiting page waits before it looks again: briefly while the gateway may answer any moment, then patiently.
SOON, LATER = 5, 60


# --- Going to the gateway ----------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, tracking: str) -> HttpResponse:
    """Show what is owed; POST opens a payment and sends the browser to the gateway. The tracking code is enough."""
    if throttle.is_throttled(request):
        return too_many_requests(request)
    dossier = _sent_or_404(request, tracking)
    if request.method != "POST":
        return _show_checkout(request, dossier, ledger.why_not_payable(dossier), status=200)
    try:
        address = _gateway_address(request, _pay_url(), ledger.open_payment(dossier))
        return HttpResponseRedirect(address, status=SEE_OTHER)
    except ledger.NotPayable as refusal:
        return _show_checkout(request, dossier, str(refusal), status=CONFLICT)


def _show_checkout(
    request: HttpRequest, dossier: Dossier, refusal: str, *, status: int
) -> HttpResponse:
    unconfirmed = Payment.objects.unconfirmed().filter(dossier=dossier).exists()
    context = {"dossier": dossier, "refusal": refusal, "unconfirmed": unconfirmed}
    return render(request, "payments/checkout.html", context, status=status)


def _sent_or_404(request: HttpRequest, tracking: str) -> Dossier:
    dossier = access.find_by_tracking(tracking)
    if dossier is None or dossier.state == State.DRAFT:
        throttle.count_failure(request)
        raise Http404
    return dossier


def _gateway_address(request: HttpRequest, pay_url: str, payment: Payment) -> str:
    """Return the signed address at which the browser pays `payment`."""
    # The gateway is a stranger: it reads the public number of the dossier, never the tracking code that opens it.
    about = f"Thu phí hồ sơ {payment.dossier.official_number or payment.txn_ref}"
    return gateway.build_redirect(
        pay_url,
        settings.VNPAY["HASH_SECRET"],
        tmn_code=settings.VNPAY["TMN_CODE"],
        txn_ref=payment.txn_ref,
        amount=payment.amount,
        order_info=about,
        return_url=settings.SITE_URL + reverse("payments:returned"),
        ip=throttle.client_address(request),
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        locale="en" if get_language() == "en" else "vn",
    )


def _pay_url() -> str:
    """Return the gateway's page; raise ledger.NotPayable, before anything is opened, when none is set up."""
    try:
        return settings.VNPAY["PAY_URL"] or settings.SITE_URL + reverse("mock_gateway:pay")
    except NoReverseMatch:
        log.error("VNPAY_PAY_URL is empty and the mock gateway is off: nobody can pay")
        raise ledger.NotPayable(
            _("Thanh toán trực tuyến đang tạm ngừng. Bạn có thể nộp phí tại Bộ phận Một cửa.")
        ) from None


# --- Coming back -------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Show what our books say of the payment. The message is kept and changes nothing; only the IPN does."""
    message = inbox.keep_return(request.META.get("QUERY_STRING", ""))
    if message is None:
        return render(request, "payments/not_understood.html", status=400)
    payment = Payment.objects.select_related("dossier").filter(txn_ref=message.txn_ref).first()
    if payment is None:
        return render(request, "payments/not_understood.html", status=404)
    story = wording.story_of(payment, message)
    reason = wording.reason_of(payment.response_code or message.response_code)
    context = {"payment": payment, "dossier": payment.dossier, "story": story, "reason": reason}
    response = render(request, "payments/returned.html", context)
    if story == Story.WAITING:
        # A header, so that it needs no script; the page has a link that does the same.
        response["Refresh"] = str(SOON if timezone.now() < payment.expires_at else LATER)
    return response


# --- The gateway's call ------------------------------------------------------------------------------------------


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def ipn(request: HttpRequest) -> JsonResponse:
    """Take the gateway's word and answer in its protocol, always with status 200."""
    raw = (
        request.body.decode("utf-8", "replace")
        if request.method == "POST"
        else request.META.get("QUERY_STRING", "")
    )
    try:
        answer = inbox.answer_ipn(raw)
    except DatabaseError:
        log.exception("an IPN could not even be kept")
        answer = Answer.OTHER
    return JsonResponse(answer.as_json())
