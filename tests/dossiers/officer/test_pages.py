"""The officers' pages that act.

Every move by every role, two officers at once, the files, the code box.
"""

import logging

import pytest
from django.urls import reverse
from django.utils.html import escape

from dossiers.models import Dossier, Event, OutboxJob
from dossiers.moves import MOVES, Action
from dossiers.officer.forms import consequences
from dossiers.outbox.tasks import print_paper
from dossiers.states import STAFF_ROLES, Role, State
from tests.dossiers.factories import WAY_TO, DossierFactory, act, attach, pdf_file
from tests.portal.factories import UserFactory
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db

STAFF_ACTIONS = [action for action, edge in MOVES.items() if edge.roles & set(STAFF_ROLES)]
SENT = [state for state in State if state != State.DRAFT]
# What fills in the form of any move.
WORDS = {
    "note": "Lý do thử nghiệm.",
    "fee_name": "Phí thẩm định",
    "amount": "50000",
    "result_text": "Đồng ý.",
}


def page_of(dossier: Dossier) -> str:
    return reverse("admin:dossiers_dossier_change", args=[dossier.pk])


def move_of(dossier: Dossier, action: str) -> str:
    return reverse("admin:dossiers_dossier_act", args=[dossier.pk, action])


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


@pytest.fixture
def sign_in(client):
    def as_(role: Role):
        client.force_login(UserFactory(role=role))
        return client

    return as_


# --- Every move by every role ---


@pytest.mark.parametrize("role", STAFF_ROLES)
@pytest.mark.parametrize("state", SENT)
def test_button_is_shown_exactly_where_its_post_is_allowed(sign_in, state, role):
    dossier, client = DossierFactory(state=state), sign_in(role)
    page = client.get(page_of(dossier)).content.decode()
    for action in Action:
        edge = MOVES[action]
        allowed = role in edge.roles and state in edge.sources
        assert (f'href="{move_of(dossier, action)}"' in page) == allowed
        if not allowed:
            refused = client.post(move_of(dossier, action), WORDS).status_code
            assert refused == (302 if role in edge.roles else 403)
    assert fresh(dossier).state == state


@pytest.mark.parametrize("action", STAFF_ACTIONS)
def test_each_move_asks_on_get_and_acts_on_post(sign_in, action):
    edge = MOVES[action]
    source = next(state for state in WAY_TO if state in edge.sources)
    dossier, client = DossierFactory(state=source), sign_in(next(iter(edge.roles)))
    events = Event.objects.count()

    asked = client.get(move_of(dossier, action))
    assert asked.status_code == 200
    for consequence in consequences(action, dossier):
        assert escape(consequence) in asked.content.decode()
    assert (fresh(dossier).state, Event.objects.count()) == (source, events)

    done = client.post(move_of(dossier, action), WORDS)
    assert (done.status_code, done.url) == (302, page_of(dossier))
    assert fresh(dossier).state == (edge.target or source)
    assert Event.objects.count() == events + 1


def test_event_keeps_who_acted_in_which_role_and_what_they_wrote(sign_in):
    dossier, client = DossierFactory(state=State.IN_PROGRESS), sign_in(Role.CASE)
    client.post(
        move_of(dossier, Action.PROPOSE), {"note": "Kính trình.", "result_text": "Cấp giấy phép."}
    )
    event = dossier.events.last()
    assert (event.role, event.note, event.facts.result_text) == (
        Role.CASE,
        "Kính trình.",
        "Cấp giấy phép.",
    )
    assert event.actor_id == int(client.session["_auth_user_id"])


def test_one_red_button_is_the_move_that_brings_the_dossier_forward(sign_in):
    page = sign_in(Role.CASE).get(page_of(DossierFactory(state=State.IN_PROGRESS))).content.decode()
    red = next(link for link in page.split("<a ") if "button default" in link)
    assert "Trình phê duyệt</a>" in red
    assert page.count("button default") == 1


def test_unknown_move_is_not_found(sign_in):
    assert sign_in(Role.DESK).get(move_of(DossierFactory(), "burn")).status_code == 404


@pytest.mark.parametrize("page", ["change/", "receive/", "tep/1/", "giay-to/1/"])
def test_draft_is_its_writers_alone(sign_in, page):
    draft = DossierFactory(state=State.DRAFT)
    assert sign_in(Role.DESK).get(f"/admin/dossiers/dossier/{draft.pk}/{page}").status_code == 404


def test_endless_number_is_not_found(sign_in):
    assert sign_in(Role.DESK).get(f"/admin/dossiers/dossier/{'9' * 40}/change/").status_code == 404


def test_reading_a_dossier_leaves_one_line_without_code_or_person(sign_in, caplog):
    dossier, client = DossierFactory(), sign_in(Role.DESK)
    with caplog.at_level(logging.INFO, logger="dossiers.officer.pages"):
        client.get(page_of(dossier))
        client.get(move_of(dossier, Action.RECEIVE))
    reader = client.session["_auth_user_id"]
    line = f"user {reader} opened dossier {dossier.pk}"
    assert read_in(caplog) == [line, line]


def test_dossier_that_was_not_shown_is_not_logged_as_read(sign_in, caplog):
    client = sign_in(Role.DESK)
    with caplog.at_level(logging.INFO, logger="dossiers.officer.pages"):
        client.get(page_of(DossierFactory(state=State.DRAFT)))
        client.get(reverse("admin:dossiers_dossier_changelist"))
    assert read_in(caplog) == []


def read_in(caplog) -> list[str]:
    """The lines that tell of reading."""
    return [text for record in caplog.records if " opened " in (text := record.getMessage())]


def test_administrator_sees_everything_and_does_nothing(client):
    dossier = DossierFactory()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    page = client.get(page_of(dossier))
    assert page.status_code == 200
    assert 'class="staff-moves"' not in page.content.decode()
    assert client.post(move_of(dossier, Action.RECEIVE)).status_code == 403


def test_staff_without_a_role_are_shown_no_dossier(client):
    client.force_login(UserFactory(is_staff=True))
    assert client.get(page_of(DossierFactory())).status_code == 403


# --- Two officers ---


def test_of_two_officers_the_second_reads_who_was_first(client):
    dossier, first = DossierFactory(), UserFactory(role=Role.DESK, full_name="Lê Thị Cửa")
    act(dossier, Action.RECEIVE, Role.DESK, by=first)
    client.force_login(UserFactory(role=Role.DESK))
    answer = client.post(move_of(dossier, Action.REFUSE), WORDS, follow=True)
    sentence = (
        "Không thể “Từ chối tiếp nhận”: hồ sơ đang ở trạng thái “Đã tiếp nhận” "
        "(cập nhật gần nhất: Lê Thị Cửa)."
    )
    assert sentence in answer.content.decode()
    assert fresh(dossier).state == State.RECEIVED


def test_what_the_one_door_refuses_is_told_in_its_own_words(sign_in):
    dossier = DossierFactory(state=State.AWAITING_APPROVAL, service=ServiceFactory(paid=True))
    dossier = act(dossier, Action.APPROVE, Role.LEADER)
    client = sign_in(Role.DESK)
    assert (
        "Hồ sơ còn 100.000 đồng chưa nộp."
        in client.get(move_of(dossier, Action.DELIVER)).content.decode()
    )
    answer = client.post(move_of(dossier, Action.DELIVER), follow=True)
    assert "thu đủ rồi mới trả kết quả" in answer.content.decode()
    assert fresh(dossier).state == State.APPROVED


def test_after_a_move_the_next_dossier_of_the_queue_is_one_click_away(sign_in):
    first, second = DossierFactory(), DossierFactory()
    answer = sign_in(Role.DESK).post(move_of(first, Action.RECEIVE), follow=True).content.decode()
    assert f'<a href="{page_of(second)}">Hồ sơ tiếp theo trong hàng đợi: {second}</a>' in answer


def test_whoever_receives_goes_on_receiving_before_other_piles(sign_in):
    approved = act(DossierFactory(state=State.AWAITING_APPROVAL), Action.APPROVE, Role.LEADER)
    first, second = DossierFactory(), DossierFactory()
    client = sign_in(Role.DESK)
    assert (
        f"hàng đợi: {second}</a>"
        in client.post(move_of(first, Action.RECEIVE), follow=True).content.decode()
    )
    assert (
        f"hàng đợi: {approved}</a>"
        in client.post(move_of(second, Action.RECEIVE), follow=True).content.decode()
    )


def test_after_the_last_move_the_queue_is_told_to_be_empty(sign_in):
    answer = sign_in(Role.DESK).post(move_of(DossierFactory(), Action.RECEIVE), follow=True)
    assert "Hàng đợi của bạn đã hết." in answer.content.decode()


# --- Forms ---


def test_move_names_what_its_paper_could_not_print(sign_in):
    dossier, client = DossierFactory(), sign_in(Role.DESK)

    answer = client.post(move_of(dossier, Action.REFUSE), {"note": "Hồ sơ của 王 🌺"})

    assert answer.status_code == 422
    assert "không in được ký tự: 王 🌺" in answer.content.decode()
    assert fresh(dossier).state == State.SUBMITTED


@pytest.mark.parametrize(
    "action", [action for action in STAFF_ACTIONS if MOVES[action].needs_reason]
)
def test_move_that_owes_a_reason_does_not_go_without_and_keeps_the_rest(sign_in, action):
    edge = MOVES[action]
    source = next(state for state in WAY_TO if state in edge.sources)
    dossier, client = DossierFactory(state=source), sign_in(next(iter(edge.roles)))
    answer = client.post(move_of(dossier, action), {**WORDS, "note": "  \n "})
    assert answer.status_code == 422
    assert "note" in answer.context["form"].errors
    page = answer.content.decode()
    assert 'href="#id_note"' in page
    assert all(WORDS[name] in page for name in answer.context["form"].fields if name != "note")
    assert fresh(dossier).state == source


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"amount": "nhiều"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"amount": "99999999999999999999"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"fee_name": " "}, "fee_name"),
        ({"note": "\x00"}, "note"),
        ({"note": "dài " * 2000}, "note"),
    ],
)
def test_wrong_sum_or_text_is_named_and_nothing_moves(sign_in, typed, field):
    dossier, client = DossierFactory(state=State.IN_PROGRESS), sign_in(Role.CASE)
    answer = client.post(move_of(dossier, Action.REQUEST_PAYMENT), {**WORDS, **typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert fresh(dossier).state == State.IN_PROGRESS


@pytest.mark.parametrize("typed", ["150000", "150.000", "150 000", " 150\u00a0000 "])
def test_sum_is_read_as_vietnamese_write_it(sign_in, typed):
    dossier = DossierFactory(state=State.IN_PROGRESS)
    sign_in(Role.CASE).post(move_of(dossier, Action.REQUEST_PAYMENT), {**WORDS, "amount": typed})
    assert fresh(dossier).fee_total - dossier.fee_total == 150_000


@pytest.mark.parametrize("typed", ["150.00", "1.5", "150,000.00", "1,5", "15.0000", "1e6", "２٠"])
def test_sum_that_could_be_read_in_two_ways_is_asked_again(sign_in, typed):
    dossier = DossierFactory(state=State.IN_PROGRESS)
    answer = sign_in(Role.CASE).post(
        move_of(dossier, Action.REQUEST_PAYMENT), {**WORDS, "amount": typed}
    )
    assert list(answer.context["form"].errors) == ["amount"]


def test_proposal_sent_back_begins_with_what_was_proposed_and_what_the_leader_wants(sign_in):
    dossier = act(
        DossierFactory(state=State.AWAITING_APPROVAL),
        Action.SEND_BACK,
        Role.LEADER,
        note="Xem lại mức hưởng.",
    )
    proposed = dossier.events.filter(action=Action.PROPOSE).last().facts.result_text
    answer = sign_in(Role.CASE).get(move_of(dossier, Action.PROPOSE))
    assert answer.context["form"]["result_text"].value() == proposed
    assert "Xem lại mức hưởng." in answer.content.decode()


def test_no_button_promises_a_return_before_the_money(sign_in):
    dossier = DossierFactory(state=State.AWAITING_APPROVAL, service=ServiceFactory(paid=True))
    dossier = act(dossier, Action.APPROVE, Role.LEADER)
    page = sign_in(Role.DESK).get(move_of(dossier, Action.DELIVER)).content.decode()
    assert "Thu tiền tại quầy" in page
    assert '<button type="submit" class="button default">Trả kết quả' not in page


def test_officer_outside_their_role_is_led_back_to_the_staff_pages(sign_in):
    answer = sign_in(Role.LEADER).get(move_of(DossierFactory(), Action.RECEIVE))
    assert answer.status_code == 403
    assert 'href="/admin/"' in answer.content.decode()
    assert (
        "đăng nhập"
        not in answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0].lower()
    )


def test_sum_beyond_what_can_be_kept_is_an_error_of_the_form(sign_in, monkeypatch):
    monkeypatch.setattr("dossiers.officer.forms.MAX_OWED", 10)
    dossier = DossierFactory(state=State.IN_PROGRESS)
    answer = sign_in(Role.CASE).post(move_of(dossier, Action.REQUEST_PAYMENT), WORDS)
    assert answer.context["form"].errors["amount"] == ["Tổng số tiền của hồ sơ quá lớn."]


def test_reminder_of_an_open_fee_adds_no_sum(sign_in):
    dossier = DossierFactory(state=State.IN_PROGRESS, service=ServiceFactory(paid=True))
    typed = {"note": "Xin nộp lệ phí.", "amount": "0", "fee_name": ""}
    sign_in(Role.CASE).post(move_of(dossier, Action.REQUEST_PAYMENT), typed)
    dossier = fresh(dossier)
    assert (dossier.state, dossier.fee_total) == (State.AWAITING_PAYMENT, 100_000)


def test_second_request_for_a_supplement_is_warned_of_with_the_first(sign_in):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    dossier = act(dossier, Action.SUPPLEMENT, Role.CITIZEN)
    page = sign_in(Role.CASE).get(move_of(dossier, Action.REQUEST_SUPPLEMENT)).content.decode()
    assert "đã được yêu cầu bổ sung 1 lần" in page
    assert dossier.events.get(action=Action.REQUEST_SUPPLEMENT).note in page


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REJECT, Action.SEND_BACK])
def test_leader_reads_the_proposal_before_deciding(sign_in, action):
    dossier = DossierFactory(state=State.AWAITING_APPROVAL)
    page = sign_in(Role.LEADER).get(move_of(dossier, action)).content.decode()
    assert "Đồng ý giải quyết theo đề nghị." in page
    assert "Hồ sơ đủ điều kiện." in page


def test_page_tells_when_the_applicant_must_be_called(sign_in):
    dossier = DossierFactory(email="", phone="0905123456")
    page = sign_in(Role.DESK).get(move_of(dossier, Action.RECEIVE)).content.decode()
    assert "hãy báo qua điện thoại 0905123456" in page


# --- The dossier on one screen ---


def test_page_shows_answers_papers_timeline_and_mails_and_changes_nothing(sign_in):
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="ban-ve", name="Bản vẽ thiết kế")
    draft = DossierFactory(
        service=service, state=State.DRAFT, answers={"noi_dung": "Xin cấp <b>phép</b>"}
    )
    file = attach(draft, "ban-ve", pdf_file("ban ve.pdf"))
    dossier = act(act(draft, Action.SUBMIT, Role.CITIZEN), Action.RECEIVE, Role.DESK)
    before, events = Dossier.objects.values().get(pk=dossier.pk), Event.objects.count()
    page = sign_in(Role.CASE).get(page_of(dossier)).content.decode()
    for text in [
        "Xin cấp &lt;b&gt;phép&lt;/b&gt;",
        "Bản vẽ thiết kế",
        reverse("admin:dossiers_dossier_attachment", args=[dossier.pk, file.pk]),
        "Gửi hồ sơ",
        "Người Cán bộ một cửa",
        "đang tạo",
        "đang chờ gửi",
        dossier.tracking_code,
        dossier.official_number,
    ]:
        assert text in page
    assert (Dossier.objects.values().get(pk=dossier.pk), Event.objects.count()) == (before, events)
    assert sign_in(Role.CASE).post(page_of(dossier)).status_code == 405


def test_page_costs_few_statements_whatever_has_happened(sign_in, django_assert_max_num_queries):
    dossier = DossierFactory(state=State.DELIVERED)
    client = sign_in(Role.CASE)
    with django_assert_max_num_queries(12):
        client.get(page_of(dossier))


# --- Files ---


@pytest.fixture
def with_file():
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="ban-ve")
    draft = DossierFactory(service=service, state=State.DRAFT)
    file = attach(draft, "ban-ve", pdf_file())
    return act(draft, Action.SUBMIT, Role.CITIZEN), file


def test_officer_reads_a_file_in_the_browser_and_the_log_says_so_without_a_name(
    sign_in, with_file, caplog
):
    dossier, file = with_file
    client = sign_in(Role.DESK)
    with caplog.at_level("INFO", logger="dossiers.officer.pages"):
        answer = client.get(
            reverse("admin:dossiers_dossier_attachment", args=[dossier.pk, file.pk])
        )
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    answer.close()
    assert f"of dossier {dossier.pk}" in caplog.text
    assert dossier.applicant_name not in caplog.text


def test_file_of_another_dossier_is_not_found(sign_in, with_file):
    _dossier, file = with_file
    other = DossierFactory()
    assert (
        sign_in(Role.DESK).get(f"/admin/dossiers/dossier/{other.pk}/tep/{file.pk}/").status_code
        == 404
    )


def test_file_lost_by_the_store_gives_a_sentence(sign_in, with_file):
    dossier, file = with_file
    file.file.storage.delete(file.file.name)
    answer = sign_in(Role.DESK).get(
        f"/admin/dossiers/dossier/{dossier.pk}/tep/{file.pk}/", follow=True
    )
    assert answer.status_code == 200
    assert "Không mở được tệp" in answer.content.decode()


def test_paper_is_opened_once_it_is_made(sign_in, monkeypatch):
    monkeypatch.setattr("dossiers.papers.render.html_of", lambda document: "<p>Giấy tờ</p>")
    dossier = DossierFactory()
    paper, client = dossier.documents.get(), sign_in(Role.DESK)
    address = reverse("admin:dossiers_dossier_document", args=[dossier.pk, paper.pk])
    assert client.get(address).status_code == 404
    print_paper(paper.job.pk)
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    answer.close()


@pytest.mark.parametrize("channel", ["paper", "mail"])
def test_requeue_puts_back_a_job_that_the_worker_gave_up(sign_in, channel, run_queue, queue):
    dossier = DossierFactory()
    run_queue()
    OutboxJob.objects.filter(channel=channel).update(
        status="failed", attempts=8, error="RuntimeError: hỏng"
    )
    job, client = OutboxJob.objects.get(channel=channel), sign_in(Role.DESK)
    address = reverse("admin:dossiers_dossier_requeue", args=[dossier.pk, job.pk])
    assert address in client.get(page_of(dossier)).content.decode()

    assert client.post(address).url == page_of(dossier)

    job.refresh_from_db()
    assert (job.status, job.attempts, job.error) == ("waiting", 0, "")
    assert [pk for _task, pk in run_queue()] == [job.pk]


def test_requeue_leaves_a_waiting_job_and_an_unknown_one_alone(sign_in):
    dossier = DossierFactory()
    OutboxJob.objects.update(attempts=3)
    client, job = sign_in(Role.DESK), OutboxJob.objects.first()

    client.post(reverse("admin:dossiers_dossier_requeue", args=[dossier.pk, job.pk]))

    job.refresh_from_db()
    assert job.attempts == 3
    unknown = reverse("admin:dossiers_dossier_requeue", args=[dossier.pk, job.pk + 100])
    assert client.post(unknown).status_code == 404


# --- The code box ---


@pytest.mark.parametrize(
    "typed",
    [
        lambda dossier: dossier.tracking_code,
        lambda dossier: dossier.tracking_code.lower().replace("-", ""),
        lambda dossier: f"  {dossier.official_number.lower()}\n",
        lambda dossier: f"http://127.0.0.1:8000/ho-so/{dossier.tracking_code}/",
        lambda dossier: f"https://dichvucong.example.vn/en/ho-so/{dossier.tracking_code}?x=1",
    ],
    ids=["as printed", "lower case, no dashes", "official number", "scanned", "scanned in English"],
)
def test_code_box_opens_the_dossier(sign_in, typed):
    dossier = DossierFactory(state=State.RECEIVED)
    assert sign_in(Role.LEADER).get(
        reverse("admin:dossiers_find"), {"q": typed(dossier)}
    ).url == page_of(dossier)


@pytest.mark.parametrize(
    "typed", ["<b>không có</b>", "K7QD-93MX-AT4C", "000.00.15.H48-260101-0001", "x" * 5000]
)
def test_what_is_not_found_is_named_with_what_would_be_accepted(sign_in, typed):
    answer = sign_in(Role.DESK).get(reverse("admin:dossiers_find"), {"q": typed})
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "<b>không" not in page
    assert typed[:100].replace("<", "&lt;").replace(">", "&gt;") in page
    assert "mã tra cứu gồm 12 ký tự" in page


def test_empty_code_box_says_that_nothing_was_typed(sign_in):
    answer = sign_in(Role.DESK).get(reverse("admin:dossiers_find"))
    assert answer.status_code == 422
    assert "Chưa gõ mã nào." in answer.content.decode()


def test_code_of_a_draft_is_not_found(sign_in):
    draft = DossierFactory(state=State.DRAFT)
    assert (
        sign_in(Role.DESK)
        .get(reverse("admin:dossiers_find"), {"q": draft.tracking_code})
        .status_code
        == 404
    )


def test_code_box_stands_on_every_staff_page_and_takes_the_focus_on_the_first(sign_in):
    client = sign_in(Role.DESK)
    first = client.get(reverse("admin:index")).content.decode()
    assert 'id="code-box"' in first
    assert " autofocus" in first
    elsewhere = client.get(page_of(DossierFactory())).content.decode()
    assert 'id="code-box"' in elsewhere
    assert " autofocus" not in elsewhere


def test_staff_pages_run_no_script_or_style_of_their_own_in_the_page(sign_in):
    dossier, client = DossierFactory(), sign_in(Role.DESK)
    pages = [reverse("admin:index"), reverse("admin:dossiers_dossier_changelist"), page_of(dossier)]
    for page in [*pages, move_of(dossier, Action.RECEIVE), reverse("admin:password_change")]:
        html = client.get(page).content.decode()
        assert "<style" not in html
        assert " style=" not in html
        assert "<script>" not in html
