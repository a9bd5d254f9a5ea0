"""Who may see and do what: the three tiers' keys, the throttle, grants, and the roles of staff."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dossiers import access, codes, throttle
from dossiers.models import FailedAttempt
from dossiers.moves import MOVES, Action
from dossiers.states import STAFF_ROLES, Role, State
from portal.models import User
from tests.dossiers.factories import DossierFactory
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(rf):
    """Return a maker of visits: a request by a user or nobody, from an address."""

    def make(user=None, address: str = "203.113.1.1", **headers: str):
        request = rf.get("/", REMOTE_ADDR=address, **headers)
        request.user = user or AnonymousUser()
        return request

    return make


# --- Keys ---


def test_tracking_code_finds_its_dossier_however_it_is_typed():
    dossier = DossierFactory()
    typed = dossier.tracking_code.lower().replace("-", " ")
    assert access.find_by_tracking(typed) == dossier
    assert access.find_by_tracking(codes.new_tracking_code()) is None
    assert access.find_by_tracking("?") is None


def test_official_number_is_no_tracking_code():
    dossier = DossierFactory(state=State.RECEIVED)
    assert access.find_by_tracking(dossier.official_number) is None


@pytest.mark.parametrize(
    ("phone", "typed", "opens"),
    [
        ("0905123456", "3456", True),
        ("0905123456", " 34 56 ", True),
        ("0905 123 456", "3456", True),
        ("0905123456", "3457", False),
        ("0905123456", "0905123456", False),
        ("0905123456", "456", False),
        ("0905123456", "", False),
        ("0905123456", "none", False),
        ("0905123456", "３４５６", False),
        ("٠٩٠٥١٢٣٤٥٦", "3456", False),
        ("", "", False),
        ("", "none", False),
        ("", "empty", False),
        ("12", "12", False),
    ],
)
def test_second_factor_is_the_last_four_digits_of_the_telephone(phone, typed, opens):
    assert access.second_factor_is(DossierFactory(phone=phone), typed) is opens


@pytest.mark.parametrize("typed", ["", "none", "empty", "3456"])
def test_no_second_factor_opens_a_dossier_that_does_not_exist(typed):
    assert access.second_factor_is(None, typed) is False


def test_only_its_owner_and_who_was_let_in_hold_a_dossier(visit, citizen, neighbour, desk_officer):
    dossier = DossierFactory(owner=citizen)
    let_in = visit()
    access.grant(let_in, dossier)
    assert access.has_access(visit(citizen), dossier)
    assert access.has_access(let_in, dossier)
    for stranger in (visit(), visit(neighbour), visit(desk_officer)):
        assert not access.has_access(stranger, dossier)


def test_nobody_owns_a_dossier_without_an_owner(visit):
    assert not access.has_access(visit(), DossierFactory(owner=None))


def test_being_let_in_to_one_dossier_opens_no_other(visit):
    mine, other = DossierFactory(), DossierFactory()
    request = visit()
    access.grant(request, mine)
    assert access.has_access(request, mine)
    assert not access.has_access(request, other)


def test_drafts_are_gone_on_with_by_their_owner_and_in_their_browser(visit, citizen):
    owned = DossierFactory(state=State.DRAFT, owner=citizen)
    begun_here = DossierFactory(state=State.DRAFT)
    DossierFactory(state=State.DRAFT)
    sent = DossierFactory(owner=citizen)
    request = visit(citizen)
    access.grant(request, begun_here)
    access.grant(request, sent)
    assert set(access.open_drafts(request)) == {owned, begun_here}
    assert set(access.open_drafts(visit())) == set()


# --- The throttle ---


def test_address_that_fails_too_often_waits_for_the_next_hour(visit, settings, time_machine):
    settings.LOOKUP_FAILURES_PER_HOUR = 3
    time_machine.move_to("2026-02-11T03:10:00Z", tick=False)
    for _attempt in range(3):
        assert not throttle.is_throttled(visit())
        throttle.count_failure(visit())
    assert throttle.is_throttled(visit())
    assert not throttle.is_throttled(visit(address="203.113.1.2"))
    time_machine.move_to("2026-02-11T04:00:00Z", tick=False)
    assert not throttle.is_throttled(visit())


def test_code_that_is_guessed_at_from_many_addresses_is_closed(visit, settings):
    settings.UNLOCK_FAILURES_PER_HOUR = 3
    code, other = codes.new_tracking_code(), codes.new_tracking_code()
    for number in range(3):
        throttle.count_failure(visit(address=f"203.113.1.{number}"), code)
    assert throttle.is_throttled(visit(address="203.113.9.9"), code)
    assert not throttle.is_throttled(visit(address="203.113.9.9"), other)
    assert not throttle.is_throttled(visit(address="203.113.9.9"))


def test_writing_a_code_differently_gives_no_new_guesses(visit, settings):
    settings.UNLOCK_FAILURES_PER_HOUR = 3
    code = codes.new_tracking_code()
    for number, typed in enumerate([code, code.lower(), code.replace("-", " . ")]):
        throttle.count_failure(visit(address=f"203.113.1.{number}"), typed)
    assert throttle.is_throttled(visit(), code.replace("-", ""))


def test_network_of_many_addresses_is_one_visitor(visit, settings):
    settings.LOOKUP_FAILURES_PER_HOUR = 2
    for number in range(2):
        throttle.count_failure(visit(address=f"2001:db8:1:2::{number:x}"))
    assert throttle.is_throttled(visit(address="2001:db8:1:2:ffff::1"))
    assert not throttle.is_throttled(visit(address="2001:db8:1:3::1"))


def test_neighbours_behind_a_dual_stack_socket_are_two_visitors(visit, settings):
    settings.LOOKUP_FAILURES_PER_HOUR = 1
    throttle.count_failure(visit(address="::ffff:203.113.1.1"))
    assert throttle.is_throttled(visit(address="203.113.1.1"))
    assert not throttle.is_throttled(visit(address="::ffff:203.113.1.2"))


def test_table_of_failures_holds_neither_addresses_nor_codes(visit):
    code = codes.new_tracking_code()
    throttle.count_failure(visit(), code)
    throttle.count_failure(visit(), code)
    rows = list(FailedAttempt.objects.values())
    assert [row["count"] for row in rows] == [2, 2]
    assert code not in str(rows)
    assert "203.113" not in str(rows)


def test_unknown_and_wrong_ask_the_database_the_same(visit):
    """The statements of a failed unlock are the same, number for number.

    Whether or not there is such a dossier.
    """
    known = DossierFactory().tracking_code

    def statements(code: str) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            throttle.is_throttled(visit(), code)
            assert not access.second_factor_is(access.find_by_tracking(code), "0000")
            throttle.count_failure(visit(), code)
        return [query["sql"].split("WHERE")[0].split("VALUES")[0] for query in captured]

    assert statements(known) == statements(codes.new_tracking_code())
    assert len(statements(known)) == 3


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, " , ", "10.0.0.9"),
    ],
)
def test_forwarded_address_is_believed_for_our_own_proxies_alone(
    visit, settings, proxies, forwarded, address
):
    settings.TRUSTED_PROXIES = proxies
    assert (
        throttle.client_address(visit(address="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded))
        == address
    )


@pytest.mark.parametrize("address", ["", "unix:", "1.2.3.4:5678", "‮", "x" * 5000])
def test_address_that_is_none_is_counted_all_the_same(visit, settings, address):
    settings.LOOKUP_FAILURES_PER_HOUR = 1
    throttle.count_failure(visit(address=address))
    assert throttle.is_throttled(visit(address=address))


# --- Staff ---


@pytest.mark.parametrize("role", STAFF_ROLES)
@pytest.mark.parametrize("state", list(State))
def test_buttons_are_the_tables(role, state):
    officer, dossier = UserFactory(role=role), DossierFactory.build(state=State.SUBMITTED)
    dossier.state = state
    offered = [
        action for action, edge in MOVES.items() if state in edge.sources and role in edge.roles
    ]
    assert access.actions_for(officer, dossier) == offered
    assert [action for action in Action if access.may(officer, action, dossier)] == offered
    assert {access.role_for(officer, action) for action in offered} <= {role}


def test_nobody_has_the_buttons_of_a_role_without_being_staff(citizen, desk_officer):
    dossier = DossierFactory()
    inactive, dismissed = UserFactory(role=Role.DESK), UserFactory(role=Role.DESK)
    inactive.is_active, dismissed.is_staff = False, False
    superuser = UserFactory(is_superuser=True, is_staff=True)
    for user in (AnonymousUser(), citizen, inactive, dismissed, superuser):
        assert access.actions_for(user, dossier) == []
        assert access.role_for(user, Action.RECEIVE) is None
    assert access.actions_for(desk_officer, dossier)


def test_who_has_two_roles_acts_in_the_one_that_the_move_asks(desk_officer, case_officer):
    desk_officer.groups.add(*case_officer.groups.all())
    both = User.objects.get(pk=desk_officer.pk)
    assert access.roles_of(both) == {Role.DESK, Role.CASE}
    assert access.role_for(both, Action.RECEIVE) == Role.DESK
    assert access.role_for(both, Action.START) == Role.CASE
    assert access.role_for(both, Action.APPROVE) is None


def test_buttons_of_a_page_ask_the_database_once(desk_officer, django_assert_num_queries):
    dossiers = [DossierFactory() for _ in range(3)]
    with django_assert_num_queries(1):
        for dossier in dossiers:
            access.actions_for(desk_officer, dossier)


def test_staff_see_what_was_sent_and_never_a_draft(desk_officer, citizen):
    sent = DossierFactory()
    DossierFactory(state=State.DRAFT)
    assert list(access.visible_to(desk_officer)) == [sent]
    assert list(access.visible_to(UserFactory(is_superuser=True, is_staff=True))) == [sent]
    assert list(access.visible_to(citizen)) == []
    assert list(access.visible_to(UserFactory(is_staff=True))) == []
