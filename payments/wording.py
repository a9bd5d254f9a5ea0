"""What became of an attempt to pay, and why it failed, in words for the citizen. Decides nothing."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from payments.gateway import Message, Verdict
from payments.models import Payment
from payments.states import PaymentState

# vnp_ResponseCode; the sentence says what happened, then what to do.
REASONS = {
    "09": _(
        "Thẻ hoặc tài khoản chưa đăng ký Internet Banking. Hãy dùng thẻ khác hoặc đăng ký với ngân hàng."
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
        "Tài khoản đã vượt hạn mức giao dịch trong ngày. Hãy dùng tài khoản khác hoặc thử lại ngày mai."
    ),
    "75": _("Ngân hàng đang bảo trì. Hãy thử lại sau hoặc chọn ngân hàng khác."),
    "79": _(
        "Mật khẩu thanh toán bị nhập sai quá số lần cho phép. Hãy kiểm tra lại rồi thử lần nữa."
    ),
}
OTHER_REASON = _("Ngân hàng không thực hiện được giao dịch. Hãy thử lại hoặc dùng tài khoản khác.")


class Story(StrEnum):
    """The kinds of return page; templates/payments/returned.html has a part for each."""

    PAID = "paid"
    TO_REFUND = "to_refund"
    WAITING = "waiting"
    HELD = "held"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


def story_of(payment: Payment, message: Message) -> Story:
    """Tell what our books say of a payment; the browser's message only colours what they do not know yet."""
    if payment.state == PaymentState.SETTLED:
        return Story.TO_REFUND if payment.needs_refund else Story.PAID
    if payment.state == PaymentState.HELD:
        return Story.HELD
    if payment.state == PaymentState.FAILED:
        return Story.FAILED
    if message.verdict == Verdict.FAILED:
        return Story.FAILED
    if payment.state == PaymentState.OPEN:
        return Story.WAITING
    return Story.UNCONFIRMED


def reason_of(code: str):
    """Return the sentence for a vnp_ResponseCode."""
    return REASONS.get(code, OTHER_REASON)
