"""The facts of events: written to JSON, read back.

And what older and newer versions make of them.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dossiers import facts
from dossiers.moves import MOVES, Action

CLASSES = sorted({move.facts_class for move in MOVES.values()}, key=lambda one: one.__name__)
MOMENT = datetime(2026, 3, 9, 14, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize("facts_class", CLASSES)
def test_facts_of_an_older_version_read_with_defaults(facts_class):
    assert facts_class.from_json({}) == facts_class()


@pytest.mark.parametrize("facts_class", CLASSES)
def test_facts_of_a_newer_version_are_read_without_what_is_unknown(facts_class):
    newer = facts_class().to_json() | {"added_later": {"a": [1, 2]}}

    assert facts_class.from_json(newer) == facts_class()


@pytest.mark.parametrize("facts_class", CLASSES)
def test_facts_have_a_default_for_every_field(facts_class):
    assert len(fields(facts_class())) >= 1


def test_facts_come_back_as_they_were():
    written = facts.PaymentReceived(
        due_at=MOMENT,
        amount=150_000,
        paid_at=MOMENT,
        is_play_money=True,
        lines=(facts.FeeLine("a", "phi", "Phí thẩm định", 150_000, ""), facts.FeeLine("b")),
        head=facts.PaperHead(
            letterhead=facts.Letterhead(name="UBND huyện Ba Tơ"), submitted_at=MOMENT
        ),
    )

    read = facts.PaymentReceived.from_json(written.to_json())

    assert read == written
    assert read.paid_at.utcoffset() is not None


def test_facts_survive_a_field_added_to_a_part():
    @dataclass(frozen=True)
    class Longer(facts.Proposed):
        reason: str = "none given"

    assert Longer.from_json(facts.Proposed(result_text="Đồng ý").to_json()) == Longer(
        result_text="Đồng ý", reason="none given"
    )


@pytest.mark.django_db
def test_event_reads_the_facts_of_its_own_move():
    from tests.dossiers.factories import DossierFactory

    event = DossierFactory().events.get()

    assert event.action == Action.SUBMIT
    assert isinstance(event.facts, facts.Submitted)
    assert event.facts.head.applicant.name == "Phạm Văn Rin"
