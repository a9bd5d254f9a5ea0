"""The states of a payment and the one table of its moves. It imports nothing of ours.

A payment is one attempt to pay one amount; a new attempt is a new row. Money that has come in stays
in: nothing leads out of "settled", and a success that comes late, after "failed" or "expired", is
believed.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentState(models.TextChoices):
    """Where one attempt to pay stands."""

    OPEN = "open", _("Đang chờ thanh toán")
    HELD = "held", _("Ngân hàng đang kiểm tra")
    SETTLED = "settled", _("Đã thanh toán")
    FAILED = "failed", _("Không thành công")
    EXPIRED = "expired", _("Hết hạn")


class Move(models.TextChoices):
    """What a provider's message, or the clock, does to a payment."""

    SETTLE = "settle", _("Ghi nhận đã thanh toán")
    HOLD = "hold", _("Ghi nhận đang kiểm tra")
    FAIL = "fail", _("Ghi nhận không thành công")
    EXPIRE = "expire", _("Cho hết hạn")


@dataclass(frozen=True)
class Edge:
    """One move: from which states, to which."""

    sources: frozenset[PaymentState]
    target: PaymentState


S = PaymentState

MOVES: dict[Move, Edge] = {
    Move.SETTLE: Edge(frozenset({S.OPEN, S.HELD, S.FAILED, S.EXPIRED}), S.SETTLED),
    # The bank suspects fraud or cannot say how it ended: neither paid nor failed.
    Move.HOLD: Edge(frozenset({S.OPEN, S.FAILED, S.EXPIRED}), S.HELD),
    Move.FAIL: Edge(frozenset({S.OPEN, S.HELD, S.EXPIRED}), S.FAILED),
    Move.EXPIRE: Edge(frozenset({S.OPEN}), S.EXPIRED),
}


def may(state: str, move: Move) -> bool:
    """Whether the table offers `move` from `state`."""
    return state in MOVES[move].sources
