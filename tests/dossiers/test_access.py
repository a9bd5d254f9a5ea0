"""Who may see and do what: the three tiers' keys, grants, and the roles of staff."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dossiers import access, codes, throttle
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
        ("0905123456", "0905123456", True),
        ("0905123456", "+84 905 123 456", True),
        ("0905 123 456", "84905123456", True),
        ("0905123456", "0905.123.457", False),
        ("0905123456", "0999999999 3456", False),
        ("02553863456", "(0255) 3863456", True),
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
def test_second_factor_is_the_last_four_digits_of_the_telephone_or_all_of_it(phone, typed, opens):
    assert access.second_factor_is(DossierFactory(phone=phone), typed) is opens


@pytest.mark.parametrize("typed", ["", "none", "empty", "3456", "0905123456"])
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


def test_unknown_and_wrong_ask_the_database_the_same(visit):
    """The statements of a failed unlock are the same, number for number.

    Whether or not there is such a dossier.
    """
    known = DossierFactory().tracking_code

    def statements(code: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            throttle.reserve_unlock(visit(), code, "0000")
            assert not access.second_factor_is(access.find_by_tracking(code), "0000")
        return [query["sql"].split("WHERE")[0].split("VALUES")[0] for query in captured]

    assert statements(known) == statements(codes.new_tracking_code())
    assert len(statements(known)) == 2


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
