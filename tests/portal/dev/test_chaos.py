"""The parts of `make chaos` that can be wrong by themselves: what it sends, counts and prints."""

import io
import smtplib
from collections import Counter
from email.message import EmailMessage

import pytest
from PIL import Image

from dossiers.models import Document, OutboxJob
from portal.dev.chaos import audit, cases, faults, visitor
from portal.dev.chaos.__main__ import table
from portal.dev.chaos.mail_sink import MailSink
from tests.dossiers.factories import DossierFactory

PAGE = """
<form><input type="hidden" name="csrfmiddlewaretoken" value="of the search box"></form>
<form><input type="hidden" name="csrfmiddlewaretoken" value="a"><input type="hidden" name="reviewed"
 value="b"><input name="declared" type="checkbox"></form>
"""


def test_hidden_fields_are_those_of_the_form_with_the_most():
    assert visitor.hidden_fields(PAGE) == [("csrfmiddlewaretoken", "a"), ("reviewed", "b")]


def test_mail_sink_counts_a_repeated_mail_twice():
    sink = MailSink()
    mail = EmailMessage()
    mail["Message-ID"] = "<notification-7@127.0.0.1>"
    mail.set_content("Kính gửi")
    for _ in range(2):
        with smtplib.SMTP("127.0.0.1", sink.server_address[1], timeout=10) as client:
            client.send_message(mail, "a@example.vn", ["b@example.vn"])
    sink.shutdown()
    sink.server_close()
    assert audit.deliveries(7, sink.received) == 2
    assert audit.deliveries(70, sink.received) == 0


def test_jpeg_of_many_scans_is_a_picture_with_each_scan():
    picture = faults.jpeg_of_many_scans(16, 5)
    assert picture.count(b"\xff\xda") >= 5
    with Image.open(io.BytesIO(picture)) as image:
        image.load()
        assert image.size == (16, 16)


def test_cases_of_an_unknown_name_are_refused():
    with pytest.raises(KeyError):
        cases.cases("web-child,moon")


def test_table_tells_a_fault_that_was_never_whole():
    row = cases.Row("all killed", 30, 30, ["a paper"], [], None, 0.2)
    assert not row.is_good
    assert table([row]).splitlines()[-1] == "| all killed | 30 | 30 | 1 | 0 | never | 0.2 s |"


@pytest.mark.django_db
def test_audit_finds_what_a_sender_was_told_and_is_not_there():
    found = audit.audit(["K7QD-93MX-AT4C"], Counter())
    assert found.lost == ["1 dossiers"]


@pytest.mark.django_db
def test_audit_finds_a_paper_without_file_and_a_mail_sent_twice():
    dossier = DossierFactory(state="submitted")
    [mail] = OutboxJob.objects.filter(channel=OutboxJob.Channel.MAIL)
    assert Document.objects.filter(dossier=dossier, file="").exists()

    none = audit.audit([dossier.tracking_code], Counter())
    twice = audit.audit([dossier.tracking_code], Counter({f"<notification-{mail.pk}@x>": 2}))

    assert none.lost == ["a paper", "a mail"]
    assert (twice.lost, twice.doubled) == (["a paper"], ["a mail"])
    assert audit.unfinished([dossier.tracking_code]) == 2
