"""The officers' list: whose queue it is, how it is searched and narrowed, and what it costs."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from dossiers.moves import MOVES, Action
from dossiers.officer import queues
from dossiers.officer.model_admin import DossierAdmin
from dossiers.states import Role, State
from tests.dossiers.factories import DossierFactory, act
from tests.portal.factories import UserFactory
from tests.services.factories import ServiceFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:dossiers_dossier_changelist")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def at_the_desk(client, desk_officer):
    client.force_login(desk_officer)
    return client


def rows(response) -> list[Dossier]:
    return list(response.context["cl"].result_list)


# --- Queues ---


@pytest.mark.parametrize(
    ("role", "waiting", "elsewhere"),
    [
        (
            Role.DESK,
            [State.SUBMITTED, State.APPROVED],
            [State.IN_PROGRESS, State.INTAKE_SUPPLEMENT],
        ),
        (
            Role.CASE,
            [State.RECEIVED, State.IN_PROGRESS, State.WITHDRAWAL_REQUESTED],
            [State.SUBMITTED, State.SUPPLEMENT],
        ),
        (Role.LEADER, [State.AWAITING_APPROVAL], [State.SUBMITTED, State.APPROVED]),
    ],
)
def test_list_opens_on_what_waits_for_ones_own_role(client, role, waiting, elsewhere):
    for state in [*waiting, *elsewhere]:
        DossierFactory(state=state)
    client.force_login(UserFactory(role=role))
    assert {dossier.state for dossier in rows(client.get(LIST))} == set(waiting)


@pytest.mark.parametrize("role", [Role.DESK, Role.CASE, Role.LEADER])
def test_dossier_waits_for_a_role_exactly_where_the_table_offers_that_role_a_move(role):
    offered = {state for edge in MOVES.values() if role in edge.roles for state in edge.sources}
    waiting = [
        state
        for queue in queues.QUEUES
        if queue.role == role and queue.is_ours
        for state in queue.states
    ]
    assert sorted(waiting) == sorted(offered)


def test_tabs_name_each_queue_with_its_count(at_the_desk):
    for state in [State.SUBMITTED, State.SUBMITTED, State.APPROVED]:
        DossierFactory(state=state)
    page = at_the_desk.get(LIST).content.decode()
    for name, number in [("Việc cần làm", 3), ("Chờ tiếp nhận", 2), ("Chờ trả kết quả", 1)]:
        assert f'{name} <span class="staff-tabs__number">({number})</span>' in page


def test_cells_carry_the_label_of_their_column(at_the_desk):
    DossierFactory()
    page = at_the_desk.get(LIST).content.decode()
    for column in DossierAdmin.list_display[1:]:
        label = getattr(DossierAdmin, column).short_description
        cell = re.search(rf'<td class="field-{column}[^"]*">(.*?)</td>', page)
        assert cell is not None
        assert cell[1].startswith(f'<span data-label="{label}">')


def test_tab_shows_its_own_queue_only(at_the_desk):
    DossierFactory()
    approved = DossierFactory(state=State.APPROVED)
    assert rows(at_the_desk.get(LIST, {"viec": "cho-tra"})) == [approved]


def test_queue_of_another_role_or_of_nobody_falls_back_to_ones_own(at_the_desk):
    submitted, _elsewhere = DossierFactory(), DossierFactory(state=State.AWAITING_APPROVAL)
    for asked in ("cho-phe-duyet", "khong-co"):
        assert rows(at_the_desk.get(LIST, {"viec": asked})) == [submitted]


def test_empty_queue_says_so(at_the_desk):
    assert "Không có hồ sơ nào trong hàng đợi này." in at_the_desk.get(LIST).content.decode()


def test_what_is_due_first_comes_first_and_what_has_no_due_date_comes_last_oldest_first(client):
    with time_machine.travel(MONDAY, tick=False):
        later = DossierFactory(
            state=State.RECEIVED, service=ServiceFactory(online=True, time_limit=9)
        )
        sooner = DossierFactory(
            state=State.RECEIVED, service=ServiceFactory(online=True, time_limit=2)
        )
        undated = DossierFactory(
            state=State.RECEIVED, service=ServiceFactory(online=True, time_limit=None)
        )
        client.force_login(UserFactory(role=Role.CASE))
        assert rows(client.get(LIST)) == [sooner, later, undated]


def test_all_dossiers_are_shown_newest_first_and_never_a_draft(at_the_desk):
    first, second = DossierFactory(), DossierFactory(state=State.DELIVERED)
    DossierFactory(state=State.DRAFT)
    assert rows(at_the_desk.get(LIST, {"viec": "tat-ca"})) == [second, first]


# --- Who may ---


def test_staff_without_a_role_see_no_list(client):
    client.force_login(UserFactory(is_staff=True))
    assert client.get(LIST).status_code == 403


def test_citizen_is_sent_to_the_sign_in_of_staff(client, citizen):
    client.force_login(citizen)
    assert client.get(LIST).url.startswith(reverse("admin:login"))


def test_administrator_looks_on_at_the_queues_of_all_roles(client):
    dossier = DossierFactory(state=State.AWAITING_APPROVAL)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert rows(client.get(LIST)) == [dossier]


@pytest.mark.parametrize("page", ["add/", "1/delete/", "1/history/"])
def test_admins_own_pages_for_editing_do_not_exist(at_the_desk, page):
    assert at_the_desk.get(LIST + page).status_code == 404


def test_post_to_the_list_changes_nothing(at_the_desk):
    dossier = DossierFactory()
    at_the_desk.post(
        LIST, {"action": "delete_selected", "_selected_action": dossier.pk, "post": "yes"}
    )
    assert Dossier.objects.get(pk=dossier.pk).state == State.SUBMITTED


# --- Searching and narrowing ---


@pytest.mark.parametrize(
    "typed",
    [
        lambda dossier: dossier.tracking_code.lower().replace("-", " "),
        lambda dossier: f" {dossier.official_number} ",
        lambda dossier: f"https://dichvucong.example.vn/ho-so/{dossier.tracking_code}/",
        lambda dossier: "rin phạm",
        lambda dossier: "0905 123",
    ],
    ids=[
        "tracking code",
        "official number",
        "scanned address",
        "words of the name",
        "part of the telephone",
    ],
)
def test_search_goes_through_all_dossiers_by_code_number_name_or_telephone(at_the_desk, typed):
    dossier = DossierFactory(state=State.IN_PROGRESS)
    DossierFactory(applicant_name="Đinh Thị Xối", phone="0905999888")
    assert rows(at_the_desk.get(LIST, {"q": typed(dossier)})) == [dossier]


def test_name_typed_in_decomposed_unicode_is_found(at_the_desk):
    dossier = DossierFactory()
    assert rows(at_the_desk.get(LIST, {"q": "Pha\u0323m Va\u0306n"})) == [dossier]


def test_search_that_finds_nothing_says_so(at_the_desk):
    assert (
        "Không có hồ sơ nào khớp với điều kiện tìm."
        in at_the_desk.get(LIST, {"q": "không ai"}).content.decode()
    )


def test_filters_narrow_by_state_service_field_and_fee(at_the_desk):
    paid_service = ServiceFactory(paid=True)
    owing, free = DossierFactory(service=paid_service), DossierFactory()
    paid = act(
        DossierFactory(service=paid_service, state=State.RECEIVED),
        Action.RECORD_PAYMENT,
        Role.SYSTEM,
    )
    for narrowing, expected in [
        ({"trang-thai": "received"}, [paid]),
        ({"dich-vu": paid_service.slug}, [paid, owing]),
        ({"linh-vuc": free.service.field.code}, [free]),
        ({"phi": "chua-du"}, [owing]),
        ({"phi": "da-du"}, [paid]),
        ({"phi": "khong"}, [free]),
    ]:
        assert rows(at_the_desk.get(LIST, narrowing)) == expected


def test_filters_narrow_by_due_date(at_the_desk):
    with time_machine.travel(MONDAY, tick=False):
        late = DossierFactory(
            state=State.RECEIVED, service=ServiceFactory(online=True, time_limit=1)
        )
        today = DossierFactory(
            state=State.RECEIVED, service=ServiceFactory(online=True, time_limit=2)
        )
        paused = DossierFactory(
            state=State.SUPPLEMENT, service=ServiceFactory(online=True, time_limit=1)
        )
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        for value, expected in [("qua-han", [late]), ("hom-nay", [today]), ("tam-dung", [paused])]:
            assert rows(at_the_desk.get(LIST, {"han": value})) == expected


@pytest.mark.parametrize(
    "nonsense",
    [
        {"trang-thai": "draft"},
        {"trang-thai": "' OR 1=1"},
        {"dich-vu": "99999999999999999999"},
        {"phi": "x" * 3000},
        {"p": "99999999999999999999"},
        {"o": "-1.abc.99"},
        {"q": "%_\\'\"<script>" * 30},
        {"service__id__exact": "abc"},
        {"khong_co": "1"},
    ],
    ids=lambda value: next(iter(value)),
)
def test_nonsense_in_the_address_never_breaks_the_list(at_the_desk, nonsense):
    DossierFactory()
    assert at_the_desk.get(LIST, nonsense, follow=True).status_code == 200


# --- Cost ---


def test_list_costs_the_same_few_statements_whatever_the_rows(at_the_desk):
    DossierFactory()
    with CaptureQueriesContext(connection) as one:
        at_the_desk.get(LIST)
    for _row in range(2):
        DossierFactory(state=State.APPROVED)
    with CaptureQueriesContext(connection) as three:
        assert len(rows(at_the_desk.get(LIST))) == 3
    assert len(one) == len(three)
    assert len(three) <= 12


def test_list_counts_no_further_than_it_needs_to(at_the_desk, monkeypatch):
    monkeypatch.setattr("dossiers.officer.search.MAX_COUNTED", 2)
    for _row in range(3):
        DossierFactory()
    assert at_the_desk.get(LIST, {"viec": "tat-ca"}).context["cl"].result_count == 2


# --- Due dates in words ---


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (0, "Còn 4 ngày", "info"),
        (2, "Còn 2 ngày", "attention"),
        (4, "Đến hạn hôm nay", "attention"),
        (4.4, "Quá hạn hôm nay", "stop"),
        (6, "Quá hạn 2 ngày", "stop"),
    ],
)
def test_due_date_is_told_in_days_with_a_tone(days, words, tone):
    with time_machine.travel(MONDAY, tick=False):
        dossier = DossierFactory(
            state=State.RECEIVED, service=ServiceFactory(online=True, time_limit=4)
        )
    assert queues.due(dossier, MONDAY + timedelta(days=days)) == queues.Due(tone, words)


def test_paused_limit_is_told_as_paused_and_a_finished_one_as_kept_or_missed():
    with time_machine.travel(MONDAY, tick=False) as clock:
        limit = {"service": ServiceFactory(online=True, time_limit=1)}
        paused = DossierFactory(state=State.SUPPLEMENT, **limit)
        kept, missed = (
            DossierFactory(state=State.APPROVED, **limit),
            DossierFactory(state=State.AWAITING_APPROVAL, **limit),
        )
        clock.shift(timedelta(days=9))
        missed = act(missed, Action.APPROVE, Role.LEADER)
        words = [queues.due(dossier, timezone.now()).words for dossier in (paused, kept, missed)]
    assert words == ["Tạm dừng tính hạn", "Xong đúng hạn", "Xong trễ hạn"]


# --- The first page ---


def test_first_page_tells_queues_and_what_is_late_or_due_today(client, case_officer):
    with time_machine.travel(MONDAY, tick=False):
        DossierFactory(state=State.RECEIVED, service=ServiceFactory(online=True, time_limit=1))
        DossierFactory(state=State.RECEIVED, service=ServiceFactory(online=True, time_limit=2))
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        client.force_login(case_officer)
        page = client.get(reverse("admin:index")).content.decode()
    assert "1 hồ sơ quá hạn" in page
    assert "1 hồ sơ đến hạn hôm nay" in page
    assert "<strong>2</strong> Mới tiếp nhận" in page


def test_first_page_of_staff_without_a_role_has_neither_queues_nor_code_box(client):
    client.force_login(UserFactory(is_staff=True))
    page = client.get(reverse("admin:index")).content.decode()
    assert "code-box" not in page
    assert "quá hạn" not in page
