"""Parameters that no link of the admin makes: a page that says so, and no error of ours hidden."""

import pytest
from django.contrib import admin
from django.urls import reverse

from portal.middleware import is_date
from tests.payments.factories import PaymentFactory
from tests.portal.factories import UserFactory
from tests.services.factories import ServiceFactory, SpecialDayFactory

pytestmark = pytest.mark.django_db

LISTS = [
    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    for model in admin.site._registry
]


@pytest.fixture
def root(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.raise_request_exception = False
    return client


def is_refused(response) -> bool:
    page = response.content.decode()
    return response.status_code == 400 and "Cổng không hiểu yêu cầu này" in page


@pytest.mark.parametrize("page", ["change", "delete", "history"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_field_without_a_name_is_refused(root, page, method):
    payment, service, user = PaymentFactory(), ServiceFactory(), UserFactory()
    for name, row in (
        ("payments_payment", payment),
        ("services_service", service),
        ("portal_user", user),
    ):
        path = reverse(f"admin:{name}_{page}", args=[row.pk])
        assert is_refused(getattr(root, method)(f"{path}?_to_field="))
        if method == "post":
            assert is_refused(root.post(path, {"_to_field": ""}))


def test_staff_are_led_back_to_their_pages(root):
    path = reverse("admin:services_service_change", args=[ServiceFactory().pk])
    page = root.get(f"{path}?_to_field=").content.decode()
    assert f'href="{reverse("admin:index")}"' in page


def test_field_by_which_a_popup_finds_its_row_is_taken(root):
    service = ServiceFactory()
    path = reverse("admin:services_agency_change", args=[service.agency.pk])
    assert root.get(f"{path}?_to_field=id&_popup=1").status_code == 200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", ["p=20&q=[]&e=20", "e=1&nothing=1"])
def test_list_that_cannot_be_filtered_says_so(root, name, query):
    response = root.get(f"{reverse(name)}?{query}")
    assert is_refused(response) or response.status_code == 200
    assert "Database error" not in response.content.decode()


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("admin:services_agency_changelist", "phone__range=x"),
        ("admin:payments_gatewaymessage_changelist", "raw__range=0x10"),
        ("admin:payments_gatewaymessage_changelist", "raw__regex=("),
        ("admin:services_specialday_changelist", "day__year=2026&day__month=2&day__day=31"),
        ("admin:services_specialday_changelist", "day__year=0"),
        ("admin:payments_payment_changelist", "created_at__year=9999"),
        ("admin:payments_payment_changelist", "created_at__year=2026&created_at__month=13"),
    ],
)
def test_lookup_that_no_filter_makes_is_refused(root, name, query):
    SpecialDayFactory()
    assert is_refused(root.get(f"{reverse(name)}?{query}"))


@pytest.mark.parametrize("name", LISTS)
def test_every_link_of_a_filter_is_taken(root, name):
    PaymentFactory()
    ServiceFactory()
    SpecialDayFactory()
    response = root.get(reverse(name))
    links = []
    filters = getattr(response.context_data["cl"], "filter_specs", [])
    for spec in filters:
        links += [choice["query_string"] for choice in spec.choices(response.context_data["cl"])]
    for link in links:
        assert root.get(f"{reverse(name)}{link}").status_code == 200, link


def test_list_by_dates_is_walked_by_its_own_links(root):
    day = SpecialDayFactory().day
    path = reverse("admin:services_specialday_changelist")
    for query in (
        f"day__year={day.year}",
        f"day__year={day.year}&day__month={day.month}",
        f"day__year={day.year}&day__month={day.month}&day__day={day.day}",
    ):
        assert root.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["", "?q=x", "?o=1&p=0"])
def test_error_of_ours_in_a_list_stays_an_error(root, monkeypatch, query):
    def fail(*args, **kwargs):
        raise ValueError("a bug")

    monkeypatch.setattr("services.admin.AgencyAdmin.get_queryset", fail)
    response = root.get(f"{reverse('admin:services_agency_changelist')}{query}")
    assert response.status_code == 500


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        (("2026", "2", "28"), True),
        (("2024", "02", "29"), True),
        (("2026", "2", "29"), False),
        (("1899", "1", "1"), False),
        (("3000", "1", "1"), False),
        (("٢٠٢٦", "1", "1"), False),
        (("2026", "", "1"), False),
        (("2026", "-1", "1"), False),
    ],
)
def test_is_date_takes_the_parts_of_a_day_that_there_is(parts, answer):
    assert is_date(*parts) == answer


@pytest.mark.parametrize("name", ["admin:mfa_authenticator_add", "admin:services_specialday_add"])
def test_value_for_a_new_row_in_the_address_is_refused(root, name):
    assert is_refused(root.get(reverse(name), {"created_at": "abc", "last_used_at": "abc"}))
    assert root.get(reverse(name), {"_popup": "1"}).status_code == 200
