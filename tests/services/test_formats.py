"""Money in words people read, levels by their name, this page in the other language."""

import pytest
from django.template import Context, Template
from django.utils import translation

from services.formats import date_and_time, day, duration, money
from services.templatetags.formats import lang_url, level_name


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 đồng"), (999, "999 đồng"), (100_000, "100.000 đồng"), (1_234_567, "1.234.567 đồng")],
)
def test_money_is_written_with_dots(amount, text):
    with translation.override("vi"):
        assert money(amount) == text


def test_money_set_elsewhere_is_said_in_words():
    with translation.override("vi"):
        assert money(None) == "Theo quy định hiện hành"


def test_level_name_is_that_of_the_authority(settings):
    settings.AUTHORITY = {**settings.AUTHORITY, "levels": [{"number": 4, "name": "Toàn trình"}]}
    assert level_name(4) == "Toàn trình"
    assert level_name(9) == "9"


def test_lang_url_without_request_is_the_home_page():
    assert lang_url(Context({}), "en") == "/en/"


def test_lang_url_that_looks_like_another_site_stays_on_this_one(rf):
    request = rf.get("/")
    request.path = "//evil.example/x"
    assert lang_url(Context({"request": request}), "en").startswith("/%2Fevil")


def test_lang_url_with_markup_in_its_query_stays_a_link(rf):
    request = rf.get("/dich-vu/?q=%22><script>")
    html = Template("{% load formats %}<a href=\"{% lang_url 'en' %}\">").render(
        Context({"request": request})
    )
    assert "<script>" not in html


def test_day_is_written_first_in_both_languages():
    import datetime

    from django.utils import formats

    for language in ("vi", "en"):
        with translation.override(language):
            assert formats.date_format(datetime.date(2026, 3, 9)) == "09/03/2026"
            assert "%d/%m/%Y" in formats.get_format("DATE_INPUT_FORMATS")


def test_day_and_moment_are_those_of_the_authority():
    import datetime

    late_in_london = datetime.datetime(2026, 3, 9, 20, 5, tzinfo=datetime.UTC)
    assert day(late_in_london) == "10/03/2026"
    assert date_and_time(late_in_london) == "03:05 10/03/2026"
    assert day(None) == date_and_time(None) == ""


@pytest.mark.parametrize(
    ("seconds", "vietnamese", "english"),
    [
        (1, "1 giây", "1 second"),
        (119, "119 giây", "119 seconds"),
        (120, "2 phút", "2 minutes"),
        (121, "3 phút", "3 minutes"),
        (900, "15 phút", "15 minutes"),
    ],
)
def test_duration_is_never_shorter_than_the_wait(seconds, vietnamese, english):
    with translation.override("vi"):
        assert duration(seconds) == vietnamese
    with translation.override("en"):
        assert duration(seconds) == english
