"""The list of what is wrong with a form."""

from django import forms
from django.template.loader import render_to_string


class Sample(forms.Form):
    name = forms.CharField(label="Họ và tên")
    colour = forms.ChoiceField(
        label="Màu", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect
    )
    secret = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Cả biểu mẫu <sai>.")


def summary(form: forms.Form) -> str:
    return render_to_string("_error_summary.html", {"form": form})


def test_error_summary_is_empty_without_errors():
    assert "error-summary" not in summary(Sample())


def test_error_summary_takes_the_focus_without_a_script():
    html = summary(Sample({}))
    assert 'tabindex="-1"' in html
    assert "autofocus" in html
    assert 'role="alert"' in html


def test_error_summary_links_to_the_field_or_its_first_choice():
    html = summary(Sample({}))
    assert 'href="#id_name"' in html
    assert 'href="#id_colour_0"' in html


def test_error_summary_has_no_link_to_a_hidden_field_or_the_form():
    html = summary(Sample({}))
    assert 'href="#id_secret"' not in html
    assert "Cả biểu mẫu &lt;sai&gt;." in html
