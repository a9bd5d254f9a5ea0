"""What a worker does when it starts."""

from portal.celery import tell_what_papers_lack
from services import paper_font


def test_worker_with_a_font_that_draws_everything_says_nothing(caplog):
    tell_what_papers_lack()
    assert not caplog.records


def test_worker_whose_font_lacks_letters_says_which(caplog, monkeypatch):
    monkeypatch.setattr(paper_font, "undrawn", lambda text: "ế")
    tell_what_papers_lack()
    assert caplog.records[0].levelname == "CRITICAL"
    assert "does not draw: ế" in caplog.text
