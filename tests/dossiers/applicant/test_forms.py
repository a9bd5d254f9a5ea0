"""The forms of the applicant's pages."""

import pytest

from dossiers.applicant.forms import ApplicantForm, LookupForm
from services.models import Level
from tests.dossiers.factories import APPLICANT

TYPED = {
    "applicant_name": APPLICANT["applicant_name"],
    "citizen_id": APPLICANT["citizen_id"],
    "phone": APPLICANT["phone"],
    "email": APPLICANT["email"],
    "address": APPLICANT["address"],
    "delivery": "desk",
}


def test_applicant_form_takes_what_papers_can_print():
    assert ApplicantForm(TYPED, level=Level.FULL).errors == {}


@pytest.mark.parametrize(
    ("field", "text"),
    [("applicant_name", "Lan 王"), ("address", "Thôn 王"), ("email", "lan@王.cn")],
)
def test_applicant_form_names_what_papers_cannot_print(field, text):
    form = ApplicantForm({**TYPED, field: text}, level=Level.FULL)

    assert list(form.errors) == [field]
    assert "không in được ký tự: 王" in form.errors[field][0]


def test_lookup_form_takes_a_code_with_whatever_stands_before_it():
    assert LookupForm({"ma": "📋 KRCJ-49JA-H9EH"}).is_valid()
