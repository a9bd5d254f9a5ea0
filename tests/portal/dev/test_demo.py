"""The demo: people who can sign in, dossiers that went the real way, refused in production."""

import io

import pytest
from django.core.management import CommandError, call_command

from dossiers.models import Document, Dossier, Event
from dossiers.moves import Action
from dossiers.states import Role, State
from portal.dev import demo
from portal.models import User
from tests.services.factories import PaperFactory, ServiceFactory

pytestmark = pytest.mark.django_db


def load_demo(**options) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("load_demo", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def catalogue():
    service = ServiceFactory(online=True)
    PaperFactory(service=service)
    return [service, ServiceFactory(paid=True)]


def test_load_demo_makes_people_who_sign_in_with_their_roles(client, settings, catalogue):
    load_demo()
    for person in demo.PEOPLE:
        assert client.login(username=person.username, password=settings.DEMO_PASSWORD)
    names = dict(User.objects.filter(groups__isnull=False).values_list("username", "groups__name"))
    assert names == {
        "motcua": "Cán bộ một cửa",
        "chuyenvien": "Chuyên viên thụ lý",
        "lanhdao": "Lãnh đạo",
    }
    assert list(User.objects.filter(is_superuser=True).values_list("username", flat=True)) == [
        "quantri"
    ]
    assert not User.objects.get(username="congdan").is_staff


def test_load_demo_moves_the_first_dossiers_to_several_states(catalogue):
    load_demo()
    states = set(Dossier.objects.values_list("state", flat=True))
    assert states >= {
        State.SUBMITTED,
        State.RECEIVED,
        State.IN_PROGRESS,
        State.AWAITING_APPROVAL,
        State.DELIVERED,
    }
    for dossier in Dossier.objects.all():
        assert dossier.events.first().action == Action.SUBMIT
        assert dossier.events.last().to_state == dossier.state
    assert Document.objects.filter(kind="receipt").exists()


def test_load_demo_pays_the_fees_of_delivered_dossiers(catalogue):
    ServiceFactory(paid=True)
    load_demo(dossiers=24)
    returned = Dossier.objects.filter(state=State.DELIVERED, fee_total__gt=0)
    assert returned.exists()
    assert all(
        Event.objects.filter(dossier=dossier, role=Role.SYSTEM).exists() for dossier in returned
    )


def test_load_demo_twice_adds_and_hashes_nothing(catalogue, monkeypatch):
    load_demo()
    before = (list(User.objects.order_by("pk").values()), Dossier.objects.count())
    monkeypatch.setattr(demo, "make_password", lambda password: pytest.fail("hashed again"))
    load_demo()
    assert (list(User.objects.order_by("pk").values()), Dossier.objects.count()) == before


def test_load_demo_sets_a_changed_password(catalogue, settings, client):
    load_demo()
    settings.DEMO_PASSWORD = "mot-mat-khau-khac"
    load_demo()
    assert client.login(username="lanhdao", password="mot-mat-khau-khac")


def test_load_demo_makes_more_dossiers_on_request(catalogue):
    load_demo()
    load_demo(dossiers=3)
    assert Dossier.objects.count() == demo.FIRST_DOSSIERS + 3


def test_load_demo_without_services_makes_the_people_and_says_so():
    _out, err = load_demo()
    assert "load_catalogue" in err
    assert User.objects.count() == len(demo.PEOPLE)
    assert not Dossier.objects.exists()


def test_load_demo_print_only_changes_nothing(settings):
    out, _err = load_demo(print_only=True)
    for text in [
        settings.SITE_URL,
        "/admin/",
        settings.DEMO_PASSWORD,
        *(person.username for person in demo.PEOPLE),
    ]:
        assert text in out
    assert not User.objects.exists()


@pytest.mark.parametrize("options", [{}, {"print_only": True}, {"dossiers": 5}])
def test_load_demo_is_refused_in_production(settings, options):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="mật khẩu"):
        load_demo(**options)
    assert not User.objects.exists()


def test_load_demo_refuses_a_number_below_zero():
    with pytest.raises(CommandError):
        load_demo(dossiers=-1)
