"""The pages of the mock: they play the bank, so that paying can be tried without money.

They keep nothing: every button works again and again, also for a payment already paid, which no
real gateway would allow; that is how late, repeated and contradicting messages are tried.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from payments.gateways import vnpay
from payments.gateways.mock import tasks

BANK = "NCB"
# vnp_TransactionStatus where money left the account; anywhere else it is an error.
STATUS_OF = {vnpay.OK: vnpay.OK, vnpay.SUSPECTED: vnpay.SUSPECTED}


@dataclass(frozen=True)
class Ipn:
    """One call of the mock's.

    `delay` is in seconds; `code` "" says what the browser says; `extra` is added to the amount.
    """

    delay: int = 0
    code: str = ""
    extra: int = 0
    forged: bool = False


@dataclass(frozen=True)
class Scenario:
    """One button: the code that the browser brings back, and the calls that go beside it."""

    label: str | Promise
    code: str = vnpay.OK
    ipns: tuple[Ipn, ...] = (Ipn(),)


SCENARIOS: dict[str, Scenario] = {
    "thanh-cong": Scenario(_("Thanh toán thành công")),
    "khong-du-tien": Scenario(_("Không đủ tiền (51)"), "51"),
    "huy": Scenario(_("Hủy giao dịch (24)"), "24"),
    "het-han": Scenario(_("Để hết hạn (11)"), "11"),
    "sai-otp": Scenario(_("Nhập sai mã OTP (13)"), "13"),
    "bao-tri": Scenario(_("Ngân hàng bảo trì (75)"), "75"),
    "nghi-ngo": Scenario(_("Đã trừ tiền nhưng nghi ngờ gian lận (07)"), vnpay.SUSPECTED),
    "ipn-cham": Scenario(_("Thành công, IPN chậm 20 giây"), ipns=(Ipn(delay=20),)),
    "ipn-hai-lan": Scenario(_("Thành công, IPN gửi hai lần"), ipns=(Ipn(), Ipn())),
    "ipn-trai-nguoc": Scenario(
        _("Thành công, rồi IPN báo hủy"), ipns=(Ipn(), Ipn(delay=5, code="24"))
    ),
    "ipn-sai-tien": Scenario(_("Thành công, IPN sai số tiền"), ipns=(Ipn(extra=1000),)),
    "ipn-sai-chu-ky": Scenario(_("Thành công, IPN sai chữ ký"), ipns=(Ipn(forged=True),)),
    "ipn-mat": Scenario(_("Thành công, IPN không bao giờ đến"), ipns=()),
}
LATE = "het-han"  # the one thing left to do with a request whose time is over
ORDINARY = ("thanh-cong", "khong-du-tien", "huy")


@dataclass(frozen=True)
class Request:
    """A request for payment whose signature and return address are good."""

    query: str
    fields: dict[str, str]

    @property
    def amount(self) -> int:
        return vnpay.read_amount(self.fields.get("vnp_Amount", ""))

    @property
    def expires_at(self) -> datetime | None:
        return vnpay.read_time(self.fields.get("vnp_ExpireDate", ""))

    @property
    def is_late(self) -> bool:
        return self.expires_at is None or self.expires_at <= timezone.now()

    @property
    def language(self) -> str:
        return "en" if self.fields.get("vnp_Locale") == "en" else "vi"


def read_request(query: str) -> Request | None:
    """Return the request of a query string; None where the real gateway would refuse it.

    One that leads back to another site is refused as well: the mock must be no open redirect.
    """
    fields = vnpay.parse(query)
    if not vnpay.verify(fields, settings.VNPAY["HASH_SECRET"]):
        return None
    if fields.get("vnp_TmnCode") != settings.VNPAY["TMN_CODE"] or not fields.get("vnp_TxnRef"):
        return None
    if urlsplit(fields.get("vnp_ReturnUrl", ""))[:2] != urlsplit(settings.SITE_URL)[:2]:
        return None

    request = Request(query, fields)
    return request if request.amount else None


def answer_query(
    asked: Request, code: str, *, number: str, extra: int = 0, forged: bool = False
) -> str:
    """Return the signed parameters with which VNPay answers; `forged`: with a wrong secret."""
    taken = code in STATUS_OF
    params = {
        "vnp_TmnCode": asked.fields["vnp_TmnCode"],
        "vnp_TxnRef": asked.fields["vnp_TxnRef"],
        "vnp_OrderInfo": asked.fields.get("vnp_OrderInfo", ""),
        "vnp_Amount": vnpay.write_amount(asked.amount + extra),
        "vnp_BankCode": BANK,
        "vnp_BankTranNo": f"{BANK}{number}" if taken else "",
        "vnp_CardType": "ATM" if taken else "",
        "vnp_PayDate": vnpay.write_time(timezone.now()),
        "vnp_ResponseCode": code,
        "vnp_TransactionNo": number if taken else "0",
        "vnp_TransactionStatus": STATUS_OF.get(code, vnpay.STATUS_ERROR),
    }
    secret = settings.VNPAY["HASH_SECRET"] + ("-forged" if forged else "")
    return vnpay.signed_query(params, secret)


# --- Pages ---


@never_cache
@require_safe
def pay(request: HttpRequest) -> HttpResponse:
    """The bank's page: the amount, and one button for each thing that may happen."""
    asked = read_request(request.META.get("QUERY_STRING", ""))
    if asked is None:
        return render(request, "payments/gateways/mock/refused.html", status=HTTPStatus.BAD_REQUEST)
    keys = [LATE] if asked.is_late else list(SCENARIOS)
    context = {
        "asked": asked,
        "ordinary": [(key, SCENARIOS[key]) for key in keys if key in ORDINARY],
        "special": [(key, SCENARIOS[key]) for key in keys if key not in ORDINARY],
    }
    with translation.override(asked.language):
        return render(request, "payments/gateways/mock/pay.html", context)


@never_cache
@require_POST
def finish(request: HttpRequest) -> HttpResponse:
    """Do what the button says: leave the IPNs to the worker and send the browser back."""
    asked = read_request(request.POST.get("asked", ""))
    scenario = SCENARIOS.get(request.POST.get("scenario", ""))
    if asked is None or scenario is None:
        return render(request, "payments/gateways/mock/refused.html", status=HTTPStatus.BAD_REQUEST)

    number = str(secrets.randbelow(90_000_000) + 10_000_000)
    all_sent = True
    for ipn in scenario.ipns:
        code = ipn.code or scenario.code
        query = answer_query(asked, code, number=number, extra=ipn.extra, forged=ipn.forged)
        all_sent &= tasks.enqueue_mock_ipn(query, ipn.delay)

    back = f"{asked.fields['vnp_ReturnUrl']}?{answer_query(asked, scenario.code, number=number)}"
    if all_sent:
        return HttpResponseRedirect(back, status=HTTPStatus.SEE_OTHER)
    with translation.override(asked.language):
        return render(request, "payments/gateways/mock/not_sent.html", {"back": back})
