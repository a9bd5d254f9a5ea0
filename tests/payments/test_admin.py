"""Staff look at money; the desk takes cash."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dossiers.states import Role, State
from payments import inbox, ledger
from payments.gateways import default_gateway
from payments.models import GatewayMessage, LedgerEntry, Payment
from tests.payments.factories import (
    FEE,
    PaymentFactory,
    call,
    message,
    open_payment,
    paid_dossier,
    signed_message,
)
from tests.portal.factories import UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/payments/payment/"
MESSAGES = "/admin/payments/gatewaymessage/"


@pytest.fixture
def desk(client):
    officer = UserFactory(role=Role.DESK)
    client.force_login(officer)
    return officer


def page(response) -> str:
    return response.content.decode()


def shown(response) -> set:
    return set(response.context["cl"].result_list)


# --- Looking ---


@pytest.mark.parametrize("role", [Role.DESK, Role.CASE, Role.LEADER])
@pytest.mark.parametrize("address", [LIST, MESSAGES])
def test_lists_are_open_to_staff_with_a_role(client, role, address):
    client.force_login(UserFactory(role=role))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", [LIST, MESSAGES])
def test_lists_are_closed_to_citizens_and_strangers(client, address):
    assert client.get(address).status_code == 302
    client.force_login(UserFactory())
    assert client.get(address).status_code == 302
    client.force_login(UserFactory(is_staff=True))
    assert client.get(address).status_code == 403


def test_payment_page_shows_its_entries_and_messages(client, desk):
    payment = PaymentFactory()
    call(signed_message(payment))
    text = page(client.get(f"{LIST}{payment.pk}/change/"))
    assert payment.reference in text
    assert "100.000 đồng" in text
    assert "vnp_TransactionNo=14226112" in text.replace("<wbr>", "")


def test_message_page_escapes_what_a_stranger_sent(client, desk):
    call("<script>alert(1)</script>")
    row = GatewayMessage.objects.get()
    assert "<script>alert" not in page(client.get(f"{MESSAGES}{row.pk}/change/"))


@pytest.mark.parametrize("model", [Payment, GatewayMessage])
def test_admin_adds_changes_and_deletes_nothing(client, model):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    payment = PaymentFactory()
    call(signed_message(payment))
    row = model.objects.get()
    base = f"/admin/payments/{model._meta.model_name}/"
    assert client.get(f"{base}add/").status_code == 403
    assert client.post(f"{base}{row.pk}/change/", {"amount": "1"}).status_code == 403
    assert client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "deletelink" not in page(client.get(f"{base}{row.pk}/change/"))
    assert 'name="_save"' not in page(client.get(f"{base}{row.pk}/change/"))


def test_filter_finds_what_has_to_go_back(client, desk):
    fine = PaymentFactory()
    twice = open_payment(fine.dossier, now=fine.expires_at)
    for payment in (fine, twice):
        ledger.settle(message(payment))
    assert shown(client.get(f"{LIST}?needs_refund__exact=1")) == {twice}


def test_filter_finds_a_success_that_was_never_confirmed(client, desk):
    silent, confirmed = PaymentFactory(), PaymentFactory()
    for payment in (silent, confirmed):
        inbox.receive_return(default_gateway(), signed_message(payment))
    ledger.settle(message(confirmed))
    assert shown(client.get(f"{LIST}?doi-soat=co")) == {silent}


def test_filter_finds_wrong_amounts(client, desk):
    payment = PaymentFactory()
    call(signed_message(payment, vnp_Amount="100"))
    call(signed_message(payment))
    [row] = shown(client.get(f"{MESSAGES}?outcome=wrong_amount"))
    assert row.outcome == "wrong_amount"


@pytest.mark.parametrize("address", [LIST, MESSAGES])
def test_filter_finds_what_went_through_one_provider_by_its_name(client, desk, address):
    payment = PaymentFactory()
    call(signed_message(payment))
    assert ">Ngân hàng thử nghiệm</a>" in page(client.get(address))
    assert len(shown(client.get(address, {"cong": payment.provider}))) == 1
    assert shown(client.get(address, {"cong": "vnpay"})) == set()


def test_payment_page_calls_the_provider_by_its_name(client, desk):
    payment = PaymentFactory()
    assert "Ngân hàng thử nghiệm" in page(client.get(f"{LIST}{payment.pk}/change/"))


def test_list_shows_the_payments_of_one_dossier(client, desk):
    payment = PaymentFactory()
    PaymentFactory()
    assert shown(client.get(f"{LIST}?dossier__id__exact={payment.dossier_id}")) == {payment}


@pytest.mark.parametrize(
    "query", ["q=K7QD", "q=%F0%9F%92%B0", "state__exact=xyz", "created_at__year=2026", "e=1"]
)
def test_search_for_anything_is_harmless(client, desk, query):
    PaymentFactory()
    assert client.get(f"{LIST}?{query}").status_code in (200, 302)


def test_list_costs_the_same_whatever_its_length(client, desk):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    PaymentFactory()
    statements()
    one = statements()
    for _ in range(3):
        PaymentFactory()
    assert statements() == one


def test_admin_of_every_model_of_money_is_read_only():
    for model, options in admin.site._registry.items():
        if model._meta.app_label == "payments":
            assert not options.has_change_permission(None)
            assert not options.has_add_permission(None)
            assert not options.has_delete_permission(None)


# --- Cash at the counter ---


def cash(dossier) -> str:
    return reverse("admin:payments_cash", args=[dossier.pk])


def test_take_cash_shows_the_amount_first(client, desk):
    dossier = paid_dossier(State.RECEIVED)
    assert "100.000 đồng" in page(client.get(cash(dossier)))
    assert not Payment.objects.exists()


def test_take_cash_records_it_and_leads_back_to_the_dossier(client, desk):
    dossier = paid_dossier(State.RECEIVED)
    response = client.post(cash(dossier), {"amount": FEE}, follow=True)
    assert response.redirect_chain[-1][0] == reverse(
        "admin:dossiers_dossier_change", args=[dossier.pk]
    )
    payment = Payment.objects.get()
    assert payment.method == Payment.Method.CASH
    assert payment.reference in page(response)
    dossier.refresh_from_db()
    assert dossier.owed == 0


@pytest.mark.parametrize("role", [Role.CASE, Role.LEADER, None])
def test_take_cash_is_for_the_desk_alone(client, role):
    client.force_login(UserFactory(role=role, is_staff=True, is_superuser=role is None))
    dossier = paid_dossier(State.RECEIVED)
    assert client.get(cash(dossier)).status_code == 403
    assert client.post(cash(dossier), {"amount": FEE}).status_code == 403
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("amount", ["", "1", "abc", "-100000", "100000.0", "٣", "9" * 40])
def test_take_cash_refuses_another_amount_than_is_owed(client, desk, amount):
    dossier = paid_dossier(State.RECEIVED)
    response = client.post(cash(dossier), {"amount": amount}, follow=True)
    assert "vừa thay đổi" in page(response)
    assert not Payment.objects.exists()


def test_take_cash_asks_for_the_password_again_and_goes_on(client, desk, time_machine):
    desk.set_password("mot-mat-khau-dai")
    desk.save()
    client.force_login(desk)
    dossier = paid_dossier(State.RECEIVED)
    client.get(cash(dossier))
    time_machine.move_to(timezone.now() + timedelta(minutes=15))
    asked = client.post(cash(dossier), {"amount": FEE})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not LedgerEntry.objects.exists()
    client.post(asked.url, {"password": "mot-mat-khau-dai", "next": cash(dossier)})
    assert LedgerEntry.objects.count() == 1


def test_take_cash_clicked_twice_records_once_and_says_so(client, desk):
    dossier = paid_dossier(State.RECEIVED)
    client.post(cash(dossier), {"amount": FEE})
    assert "không còn khoản nào" in page(client.post(cash(dossier), {"amount": FEE}, follow=True))
    assert LedgerEntry.objects.count() == 1


def test_take_cash_warns_when_money_is_perhaps_on_its_way(client, desk):
    payment = PaymentFactory()
    inbox.receive_return(default_gateway(), signed_message(payment))
    assert "đã bị trừ tiền chưa" in page(client.get(cash(payment.dossier)))


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.DELIVERED])
def test_take_cash_has_no_button_where_nothing_is_owed(client, desk, state):
    assert 'name="amount"' not in page(client.get(cash(paid_dossier(state))))


def test_take_cash_of_a_draft_is_not_found(client, desk):
    assert client.get(cash(paid_dossier(State.DRAFT))).status_code == 404
