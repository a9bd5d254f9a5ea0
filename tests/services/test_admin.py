"""The catalogue editor."""

import json

import pytest
from django.urls import reverse

from portal.models import User
from services.admin import IndentedJSONField, LinesField, form_help
from services.models import Agency, Field, Service, SpecialDay
from services.questions.registry import KINDS
from services.questions.spec_keys import keys_of
from tests.services.factories import (
    FormTemplateFactory,
    PaperFactory,
    ServiceFactory,
    SpecialDayFactory,
    small_form,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(User.objects.create_superuser("quantri", password="mot-mat-khau-dai"))
    return client


def change(service: Service) -> str:
    return reverse("admin:services_service_change", args=[service.pk])


def typed(service: Service, **changes) -> dict:
    """What the editor's browser sends for `service`, with `changes`."""
    empty = {
        f"{inline}-{name}": 0
        for inline in ("papers", "fees", "templates")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    return {
        **empty,
        "name": service.name,
        "slug": service.slug,
        "code": "",
        "summary": service.summary,
        "level": service.level,
        "is_published": "on",
        "field": service.field_id,
        "agency": service.agency_id,
        "audience": service.audience,
        "applicants": "",
        "steps": "\n".join(service.steps),
        "channels": "\n".join(service.channels),
        "sets": 1,
        "conditions": "",
        "time_limit": 5,
        "time_unit": service.time_unit,
        "time_note": "",
        "result": service.result,
        "legal_basis": "\n".join(service.legal_basis),
        "form": json.dumps(service.form),
        **changes,
    }


@pytest.mark.parametrize("model", ["service", "agency", "field", "specialday"])
@pytest.mark.parametrize("page", ["changelist", "add"])
def test_pages_of_the_catalogue_open(editor, model, page):
    ServiceFactory(online=True)
    SpecialDayFactory()
    assert editor.get(reverse(f"admin:services_{model}_{page}")).status_code == 200


def test_lists_are_edited_as_lines(editor):
    service = ServiceFactory(steps=["Một", "Hai"])
    assert ">\nMột\nHai</textarea>" in editor.get(change(service)).content.decode().replace(
        "\r", ""
    )
    response = editor.post(change(service), typed(service, steps="Một\r\n\r\n  Hai  \r\nBa"))
    assert response.status_code == 302, response.context["errors"]
    service.refresh_from_db()
    assert service.steps == ["Một", "Hai", "Ba"]


def test_questions_are_shown_as_people_can_read_them(editor):
    html = editor.get(change(ServiceFactory(online=True))).content.decode()
    assert "&quot;title&quot;: &quot;Nội dung đề nghị&quot;" in html


def test_form_refuses_a_wrong_question_by_its_name(editor):
    service = ServiceFactory(online=True)
    form = small_form()
    form["sections"][0]["questions"][0]["kind"] = "bua"
    response = editor.post(change(service), typed(service, form=json.dumps(form)))
    assert response.status_code == 200
    assert "Nội dung đề nghị" in str(response.context["errors"])


def test_form_refuses_broken_json_and_keeps_it_as_typed(editor):
    service = ServiceFactory(online=True)
    response = editor.post(change(service), typed(service, form='{"sections": ['))
    assert response.status_code == 200
    assert "{&quot;sections&quot;: [" in response.content.decode()


def test_service_of_level_3_without_questions_is_refused(editor):
    service = ServiceFactory(online=True)
    response = editor.post(change(service), typed(service, form=""))
    assert "cần biểu mẫu điện tử" in str(response.context["errors"])


def test_form_version_counts_changed_questions_alone(editor):
    service = ServiceFactory(online=True)
    editor.post(change(service), typed(service, result="Giấy khác"))
    service.refresh_from_db()
    assert (service.result, service.form_version) == ("Giấy khác", 1)
    form = small_form()
    form["sections"][0]["title"] = "Tên khác"
    editor.post(change(service), typed(service, form=json.dumps(form)))
    service.refresh_from_db()
    assert service.form_version == 2


def test_list_is_searched_without_accents(editor):
    ServiceFactory(name="Cấp lại giấy khai sinh")
    ServiceFactory(name="Cấp phép xây dựng")
    page = editor.get(reverse("admin:services_service_changelist"), {"q": "xay DUNG"})
    assert [service.name for service in page.context["cl"].result_list] == ["Cấp phép xây dựng"]


def test_papers_and_forms_are_edited_with_their_service(editor):
    service = ServiceFactory(downloadable=True)
    PaperFactory(service=service, name="Bản vẽ thử")
    FormTemplateFactory(service=service, name="Mẫu thử")
    html = editor.get(change(service)).content.decode()
    assert "Bản vẽ thử" in html
    assert "Mẫu thử" in html


def test_catalogue_admin_is_closed_to_citizens(client, citizen):
    client.force_login(citizen)
    assert client.get(reverse("admin:services_service_changelist")).status_code == 302


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_the_rows(editor, django_assert_max_num_queries, rows):
    ServiceFactory.create_batch(rows)
    with django_assert_max_num_queries(10):
        editor.get(reverse("admin:services_service_changelist"))


def test_field_or_agency_in_use_is_never_deleted(editor):
    service = ServiceFactory()
    for model, pk in ((Field, service.field_id), (Agency, service.agency_id)):
        address = reverse(f"admin:services_{model._meta.model_name}_delete", args=[pk])
        assert editor.post(address, {"post": "yes"}).status_code in {200, 302}
        assert model.objects.filter(pk=pk).exists()


def test_special_day_is_entered_day_first(editor):
    editor.post(
        reverse("admin:services_specialday_add"),
        {"day": "02/09/2031", "kind": "off", "name": "Quốc khánh"},
    )
    assert str(SpecialDay.objects.get()) == "02/09/2031 – Quốc khánh"


def test_lines_field_knows_when_nothing_changed():
    field = LinesField()
    assert not field.has_changed(["Một", "Hai"], "Một\r\nHai\r\n")
    assert field.has_changed(["Một"], "Hai")


def test_json_field_writes_vietnamese_letters():
    assert IndentedJSONField().prepare_value({"a": "ệ"}) == '{\n  "a": "ệ"\n}'


@pytest.mark.parametrize("kind", KINDS)
def test_form_help_names_each_kind_with_its_sentence_and_keys(kind):
    text = form_help()
    assert f"<code>{kind}</code>: {KINDS[kind].editor_help}" in text
    for key in keys_of(KINDS[kind]):
        assert key in text


@pytest.mark.parametrize("field", ["name", "summary", "result", "legal_basis", "form"])
def test_editor_is_told_what_papers_cannot_print(editor, field):
    service = ServiceFactory(online=True)
    section = {**small_form()["sections"][0], "title": "Phần 🌺"}
    text = json.dumps({"sections": [section]}) if field == "form" else "Giấy 🌺"

    page = editor.post(change(service), typed(service, **{field: text}))

    assert page.status_code == 200
    assert "không in được ký tự: 🌺" in page.content.decode()
