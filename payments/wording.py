"""Which return page an attempt to pay gets. Decides nothing."""

from enum import StrEnum

from payments.gateways.base import Message, Verdict
from payments.models import Payment
from payments.states import PaymentState


class ReturnPage(StrEnum):
    """The kinds of return page; templates/payments/returned.html has a part for each."""

    PAID = "paid"
    TO_REFUND = "to_refund"
    WAITING = "waiting"
    HELD = "held"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


def return_page_of(payment: Payment, message: Message) -> ReturnPage:
    """Tell what our books say of a payment.

    The browser's message only tells what they do not know yet.
    """
    if payment.state == PaymentState.SETTLED:
        return ReturnPage.TO_REFUND if payment.needs_refund else ReturnPage.PAID
    if payment.state == PaymentState.HELD:
        return ReturnPage.HELD
    if payment.state == PaymentState.FAILED:
        return ReturnPage.FAILED
    if message.verdict == Verdict.FAILED:
        return ReturnPage.FAILED
    if payment.state == PaymentState.OPEN:
        return ReturnPage.WAITING
    return ReturnPage.UNCONFIRMED
