"""The VNPay redirect protocol, version 2.1.0, as pure functions: no database, no settings, no request.

A payment is asked for by sending the browser to the gateway with signed parameters. The gateway answers twice with
signed parameters: through the browser (return, for display) and by a call of its own (IPN, which is the truth).
Signature: empty values and the hash itself are left out, keys sorted, keys and values form-encoded (a space is "+"),
joined by "&", HMAC-SHA512 in hex. Amounts are đồng × 100; times are yyyyMMddHHmmss in GMT+7.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

GMT7 = timezone(timedelta(hours=7))
TIME_FORMAT = "%Y%m%d%H%M%S"
HASH = "vnp_SecureHash"
UNSIGNED = frozenset({HASH, "vnp_SecureHashType"})
MOST_FIELDS = 60
ORDER_INFO_LIMIT = 255
OK = "00"
SUSPECTED = "07"  # the bank took the money and suspects fraud
STATUS_ERROR = "02"
_AMOUNT = re.compile(r"[1-9][0-9]{0,14}")


class Answer(StrEnum):
    """What an IPN is answered; on anything but 00 and 02 the gateway calls again."""

    CONFIRMED = "00"
    NOT_FOUND = "01"
    ALREADY = "02"
    WRONG_AMOUNT = "04"
    BAD_SIGNATURE = "97"
    OTHER = "99"

    @property
    def message(self) -> str:
        return _ANSWER_WORDS[self]

    def as_json(self) -> dict[str, str]:
        """Return the body that the gateway expects."""
        return {"RspCode": self.value, "Message": self.message}


_ANSWER_WORDS = {
    Answer.CONFIRMED: "Confirm Success",
    Answer.NOT_FOUND: "Order not found",
    Answer.ALREADY: "Order already confirmed",
    Answer.WRONG_AMOUNT: "Invalid amount",
    Answer.BAD_SIGNATURE: "Invalid signature",
    Answer.OTHER: "Unknown error",
}


class Verdict(StrEnum):
    """What a signed message says about the money."""

    PAID = "paid"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Message:
    """A message whose signature was found true. `amount` is in đồng; `paid_at` None when the gateway gave no time."""

    txn_ref: str
    amount: int
    response_code: str
    status: str
    gateway_ref: str
    bank_code: str
    paid_at: datetime | None

    @property
    def verdict(self) -> Verdict:
        """PAID only when both codes are 00. Money that may have left the citizen's account is UNCLEAR, not failed."""
        if (self.response_code, self.status) == (OK, OK):
            return Verdict.PAID
        if self.response_code == SUSPECTED or (
            self.response_code == OK and self.status != STATUS_ERROR
        ):
            return Verdict.UNCLEAR
        return Verdict.FAILED


def sign(params: Mapping[str, str], secret: str) -> str:
    """Return the signature of `params`, whatever their order; empty values and hashes do not count."""
    return hmac.new(secret.encode(), canonical(params).encode(), hashlib.sha512).hexdigest()


def canonical(params: Mapping[str, str]) -> str:
    """Return the text that is signed, which is also the query string that is sent."""
    return urlencode(
        sorted((key, value) for key, value in params.items() if value != "" and key not in UNSIGNED)
    )


def verify(params: Mapping[str, str], secret: str) -> bool:
    """Whether `params` carry their true signature; compared in constant time, hex in either case."""
    given = params.get(HASH, "").lower()
    signed = {key: value for key, value in params.items() if key.startswith("vnp_")}
    return hmac.compare_digest(sign(signed, secret).encode(), given.encode("utf-8", "replace"))


def signed_query(params: Mapping[str, str], secret: str) -> str:
    """Return `params` as a query string with the signature at its end."""
    return f"{canonical(params)}&{HASH}={sign(params, secret)}"


def parse(raw: str) -> dict[str, str]:
    """Return the fields of a query string; none at all when it has too many, or one of them twice."""
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}


def read(raw: str, secret: str) -> Message | None:
    """Return the message of a query string, or None when it is not one that the gateway signed.

    Our own request for payment is signed with the same secret and travels through the browser. It carries no response
    code: sent back to us as if it were an answer, it is none.
    """
    fields = parse(raw)
    if (
        not verify(fields, secret)
        or not fields.get("vnp_ResponseCode")
        or not fields.get("vnp_TxnRef")
    ):
        return None
    return Message(
        txn_ref=fields["vnp_TxnRef"],
        amount=read_amount(fields.get("vnp_Amount", "")),
        response_code=fields["vnp_ResponseCode"],
        status=fields.get("vnp_TransactionStatus", ""),
        gateway_ref=fields.get("vnp_TransactionNo", ""),
        bank_code=fields.get("vnp_BankCode", ""),
        paid_at=read_time(fields.get("vnp_PayDate", "")),
    )


def build_redirect(
    pay_url: str,
    secret: str,
    *,
    tmn_code: str,
    txn_ref: str,
    amount: int,
    order_info: str,
    return_url: str,
    ip: str,
    created_at: datetime,
    expires_at: datetime,
    locale: str = "vn",
) -> str:
    """Return the address that asks the gateway at `pay_url` for `amount` đồng: same input, same address."""
    params = {
        "vnp_Version": "2.1.0",
        "vnp_Command": "pay",
        "vnp_TmnCode": tmn_code,
        "vnp_Amount": write_amount(amount),
        "vnp_CurrCode": "VND",
        "vnp_TxnRef": txn_ref,
        "vnp_OrderInfo": plain(order_info),
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": return_url,
        "vnp_IpAddr": ip,
        "vnp_CreateDate": write_time(created_at),
        "vnp_ExpireDate": write_time(expires_at),
        "vnp_Locale": locale,
    }
    return f"{pay_url}{'&' if '?' in pay_url else '?'}{signed_query(params, secret)}"


def write_amount(amount: int) -> str:
    """100000 đồng → "10000000"."""
    return str(amount * 100)


def read_amount(text: str) -> int:
    """Return whole đồng; 0, which no payment is of, when `text` is no amount or has hundredths."""
    return int(text) // 100 if _AMOUNT.fullmatch(text) and text.endswith("00") else 0


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
    """Return Vietnamese without marks, case kept, only letters, digits, spaces and ".,:-" (vnp_OrderInfo)."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    letters = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^A-Za-z0-9.,:-]+", " ", letters).split())[:ORDER_INFO_LIMIT].strip()
