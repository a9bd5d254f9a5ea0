"""VNPay, by its redirect protocol version 2.1.0.

A payment is asked for by sending the browser to the gateway with signed parameters. The gateway
answers twice with signed parameters: through the browser (return, for display) and by a call of its
own (IPN, which is the truth). Signature: empty values and the hash itself are left out, keys
sorted, keys and values form-encoded (a space is "+"), joined by "&", HMAC-SHA512 in hex. Amounts
are đồng × 100; times are yyyyMMddHHmmss in GMT+7. Asking about a payment (querydr) and sending
money back (refund) are not built.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http import HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.gateways.base import Gateway, Message, Order, Outcome, Verdict

GMT7 = timezone(timedelta(hours=7))
TIME_FORMAT = "%Y%m%d%H%M%S"
HASH = "vnp_SecureHash"
UNSIGNED = frozenset({HASH, "vnp_SecureHashType"})
MAX_FIELDS = 60
MAX_ORDER_INFO = 255
OK = "00"
SUSPECTED = "07"  # the bank took the money and suspects fraud
STATUS_ERROR = "02"
AMOUNT = re.compile(r"[1-9][0-9]{0,14}")

# The answers of an IPN; on anything but 00 and 02 the provider calls again.
REPLIES = {
    Outcome.RECORDED: ("00", "Confirm Success"),
    Outcome.NOT_FOUND: ("01", "Order not found"),
    Outcome.ALREADY_RECORDED: ("02", "Order already confirmed"),
    Outcome.WRONG_AMOUNT: ("04", "Invalid amount"),
    # The protocol has no code of its own for it: an order of another terminal is not in our books.
    Outcome.WRONG_TERMINAL: ("01", "Order not found"),
    Outcome.BAD_SIGNATURE: ("97", "Invalid signature"),
    Outcome.ERROR: ("99", "Unknown error"),
}

# vnp_ResponseCode: the sentence says what happened, then what to do.
REASONS = {
    "09": _(
        "Thẻ hoặc tài khoản chưa đăng ký Internet Banking. "
        "Hãy dùng thẻ khác hoặc đăng ký với ngân hàng."
    ),
    "10": _(
        "Thông tin thẻ hoặc tài khoản bị nhập sai quá 3 lần. Hãy kiểm tra lại rồi thử lần nữa."
    ),
    "11": _("Đã hết thời gian chờ thanh toán. Bạn có thể thanh toán lại."),
    "12": _("Thẻ hoặc tài khoản đang bị khóa. Hãy dùng thẻ khác hoặc liên hệ ngân hàng."),
    "13": _("Mã xác thực (OTP) chưa đúng. Hãy thử lại và nhập mã mới nhất."),
    "24": _("Bạn đã hủy giao dịch. Khi sẵn sàng, bạn có thể thanh toán lại."),
    "51": _("Tài khoản không đủ số dư. Hãy nạp thêm tiền hoặc dùng tài khoản khác."),
    "65": _(
        "Tài khoản đã vượt hạn mức giao dịch trong ngày. "
        "Hãy dùng tài khoản khác hoặc thử lại ngày mai."
    ),
    "75": _("Ngân hàng đang bảo trì. Hãy thử lại sau hoặc chọn ngân hàng khác."),
    "79": _(
        "Mật khẩu thanh toán bị nhập sai quá số lần cho phép. Hãy kiểm tra lại rồi thử lần nữa."
    ),
}
OTHER_REASON = _("Ngân hàng không thực hiện được giao dịch. Hãy thử lại hoặc dùng tài khoản khác.")


class VNPayGateway(Gateway):
    """The provider as settings.VNPAY describes it: PAY_URL, TMN_CODE, HASH_SECRET."""

    provider = "vnpay"
    name = "VNPay"

    @property
    def is_ready(self) -> bool:
        return bool(self.pay_url)

    @property
    def pay_url(self) -> str:
        return str(settings.VNPAY["PAY_URL"])

    def redirect_url(self, order: Order) -> str:
        params = {
            "vnp_Version": "2.1.0",
            "vnp_Command": "pay",
            "vnp_TmnCode": settings.VNPAY["TMN_CODE"],
            "vnp_Amount": write_amount(order.amount),
            "vnp_CurrCode": "VND",
            "vnp_TxnRef": order.reference,
            "vnp_OrderInfo": plain(order.description),
            "vnp_OrderType": "other",
            "vnp_ReturnUrl": order.return_url,
            "vnp_IpAddr": order.client_address,
            "vnp_CreateDate": write_time(order.created_at),
            "vnp_ExpireDate": write_time(order.expires_at),
            "vnp_Locale": "en" if order.language == "en" else "vn",
        }
        separator = "&" if "?" in self.pay_url else "?"
        return f"{self.pay_url}{separator}{signed_query(params, settings.VNPAY['HASH_SECRET'])}"

    @property
    def has_known_secret(self) -> bool:
        """Whether anybody could sign in VNPay's name."""
        return settings.VNPAY["HASH_SECRET"] in ("", settings.DEVELOPMENT_VNPAY_SECRET)

    def read(self, raw: str) -> Message | None:
        # The production checks ask only the provider of new payments. Where that is another one
        # and VNPay's secret is gone, a forgery must not settle an old payment.
        if settings.PRODUCTION and self.has_known_secret:
            return None

        fields = parse(raw)
        if not verify(fields, settings.VNPAY["HASH_SECRET"]):
            return None

        # Our own request for payment is signed with the same secret and travels through the
        # browser. It carries no response code: sent back to us as if it were an answer, it is none.
        reference, response_code = fields.get("vnp_TxnRef"), fields.get("vnp_ResponseCode")
        if not reference or not response_code:
            return None

        return Message(
            provider=self.provider,
            reference=reference,
            amount=read_amount(fields.get("vnp_Amount", "")),
            verdict=verdict_of(response_code, fields.get("vnp_TransactionStatus", "")),
            code=response_code,
            gateway_reference=fields.get("vnp_TransactionNo", ""),
            bank_code=fields.get("vnp_BankCode", ""),
            paid_at=read_time(fields.get("vnp_PayDate", "")),
            # One secret may serve several terminals of a merchant.
            is_ours=fields.get("vnp_TmnCode") == settings.VNPAY["TMN_CODE"],
        )

    def reply(self, outcome: Outcome) -> HttpResponse:
        code, message = REPLIES[outcome]
        return JsonResponse({"RspCode": code, "Message": message})

    def reason(self, code: str) -> str | Promise:
        return REASONS.get(code, OTHER_REASON)

    def check_production(self) -> Sequence[CheckMessage]:
        errors = []
        if self.has_known_secret:
            errors.append(
                Error(
                    "VNPAY_HASH_SECRET is known to everyone: anybody could sign a payment.",
                    hint="Set VNPAY_HASH_SECRET to the secret the gateway gave you.",
                    id="payments.E002",
                )
            )
        if not self.is_ready:
            errors.append(
                Error(
                    "VNPAY_PAY_URL is empty: nobody could pay a fee.",
                    hint="Set VNPAY_PAY_URL to the address the gateway gave you.",
                    id="payments.E003",
                )
            )
        elif not self.pay_url.startswith("https://"):
            errors.append(
                Error(
                    "VNPAY_PAY_URL is not an https address: payments would travel in clear.",
                    hint="Set VNPAY_PAY_URL to the address the gateway gave you.",
                    id="payments.E005",
                )
            )
        if settings.VNPAY.get("TMN_CODE", "") in ("", settings.DEMO_VNPAY_TMN_CODE):
            errors.append(
                Error(
                    "VNPAY_TMN_CODE is not the portal's: the gateway would refuse every payment.",
                    hint="Set VNPAY_TMN_CODE to the code the gateway gave you.",
                    id="payments.E006",
                )
            )
        return errors


# --- The protocol, as pure functions ---


def verdict_of(response_code: str, status: str) -> Verdict:
    """PAID only when both codes are 00; money that may have left the account is UNCLEAR."""
    if (response_code, status) == (OK, OK):
        return Verdict.PAID
    if response_code == SUSPECTED:
        return Verdict.UNCLEAR
    if response_code == OK and status != STATUS_ERROR:
        return Verdict.UNCLEAR
    return Verdict.FAILED


def sign(params: Mapping[str, str], secret: str) -> str:
    """Return the signature of `params` in hex; empty values and hashes do not count."""
    return hmac.new(secret.encode(), canonical(params).encode(), hashlib.sha512).hexdigest()


def canonical(params: Mapping[str, str]) -> str:
    """Return the text that is signed, which is also the query string that is sent."""
    signed = {key: params[key] for key in params.keys() - UNSIGNED if params[key] != ""}
    return urlencode(sorted(signed.items()))


def verify(params: Mapping[str, str], secret: str) -> bool:
    """Whether `params` carry their true signature, in hex of either case.

    Compared in constant time. Fields that are not of the protocol do not count: a mail program or a
    browser may have added them.
    """
    given = params.get(HASH, "").lower()
    signed = {key: value for key, value in params.items() if key.startswith("vnp_")}
    return hmac.compare_digest(sign(signed, secret).encode(), given.encode("utf-8", "replace"))


def signed_query(params: Mapping[str, str], secret: str) -> str:
    """Return `params` as a query string with the signature at its end."""
    return f"{canonical(params)}&{HASH}={sign(params, secret)}"


def parse(raw: str) -> dict[str, str]:
    """Return the fields of a query string; {} when it has too many, or one of them twice."""
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}


def write_amount(amount: int) -> str:
    """100000 → "10000000"."""
    return str(amount * 100)


def read_amount(text: str) -> int:
    """Return whole đồng; 0, which no payment is of, when `text` is no amount or has hundredths."""
    if not AMOUNT.fullmatch(text) or not text.endswith("00"):
        return 0
    return int(text) // 100


def write_time(moment: datetime) -> str:
    return moment.astimezone(GMT7).strftime(TIME_FORMAT)


def read_time(text: str) -> datetime | None:
    """Return the moment in UTC, or None when `text` is no time of the protocol."""
    if not re.fullmatch(r"[0-9]{14}", text):
        return None
    try:
        return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=GMT7).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def plain(text: str) -> str:
    """Return Vietnamese as vnp_OrderInfo may carry it: ASCII letters, digits, spaces and ".,:-"."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(char for char in bare if not unicodedata.combining(char))
    words = re.sub(r"[^A-Za-z0-9.,:-]+", " ", letters).split()
    return " ".join(words)[:MAX_ORDER_INFO].strip()
