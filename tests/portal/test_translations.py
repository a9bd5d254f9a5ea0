"""manage.py translations, on small sources of each kind."""

import gettext
import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.core.management import call_command
from django.core.management.base import CommandError

from portal import translations

PYTHON = """
from django.utils.translation import gettext as _, ngettext_lazy, pgettext

TITLE = _("Hồ sơ của tôi")
LONG = _(
    "Một câu dài "
    "viết trên hai dòng"
)
COUNT = ngettext_lazy("%(n)s ngày", "%(n)s ngày làm việc", "n")
STATE = pgettext("trạng thái", "Đã gửi")
NOT_A_TEXT = _(TITLE)
"""
TEMPLATE = """
{% extends "base.html" %}{% load i18n %}
{# _("một ghi chú") thì không #}
<p title='it"s stray'>{% translate "Nộp hồ sơ" %} it's {% translate 'Gửi "bổ sung"' %}</p>
{% blocktranslate trimmed with name=user.name %}
    Chào {{ name }},
    100% trực tuyến
{% endblocktranslate %}
{% blocktranslate count n=total trimmed %}
    Có {{ n }} dịch vụ{% plural %}Có {{ n }} dịch vụ khác
{% endblocktranslate %}
{% translate "Mở" context "cửa" %}
{{ value|default:_("không có") }}
"""


@pytest.fixture
def project(tmp_path, settings) -> Path:
    """A project with one module, one template, and things that do not count."""
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    for name, text in {
        "portal/views.py": PYTHON,
        "templates/portal/page.html": TEMPLATE,
        "services/templates/services/mail.txt": '{% load i18n %}{% translate "Thư" %}',
        "services/catalogue/notes.txt": '{% translate "không phải mẫu" %}',
        "portal/migrations/0001.py": '_("di trú")',
        "portal/tests/test_x.py": '_("thử")',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def english(project: Path) -> Path:
    """The project's English file."""
    return project / "locale" / "en" / "LC_MESSAGES" / "django.po"


def found(project: Path) -> set:
    """Every string of the project with its context."""
    return {
        (message.id, message.context)
        for message in translations.messages(translations.extracted(project))
    }


def translate(project: Path, source: str, target: str) -> None:
    """Put a translation, or anything, in place of an empty msgstr."""
    file = english(project)
    text = file.read_text()
    assert f'msgid "{source}"\nmsgstr ""' in text
    file.write_text(text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\n{target}'))


def only(project: Path, python: str) -> None:
    """Leave one module in the project, with this text."""
    for file in (*project.rglob("*.html"), *project.rglob("*.txt")):
        file.unlink()
    (project / "portal/views.py").write_text(python)


def test_extracted_finds_strings_of_modules_and_templates(project):
    assert found(project) == {
        ("Hồ sơ của tôi", None),
        ("Một câu dài viết trên hai dòng", None),
        (("%(n)s ngày", "%(n)s ngày làm việc"), None),
        ("Đã gửi", "trạng thái"),
        ("Nộp hồ sơ", None),
        ('Gửi "bổ sung"', None),
        ("Chào %(name)s, 100%% trực tuyến", None),
        (("Có %(n)s dịch vụ", "Có %(n)s dịch vụ khác"), None),
        ("Mở", "cửa"),
        ("không có", None),
        ("Thư", None),
    }


def test_update_keeps_translations_and_drops_dead_strings(project):
    call_command("translations", "update")
    translate(project, "Nộp hồ sơ", 'msgstr "Send a dossier"')
    translate(project, "Thư", 'msgstr "Letter"')
    (project / "services/templates/services/mail.txt").unlink()
    call_command("translations", "update")
    text = english(project).read_text()
    assert 'msgstr "Send a dossier"' in text
    assert "Letter" not in text


def test_update_twice_writes_the_same(project):
    call_command("translations", "update")
    first = english(project).read_text()
    call_command("translations", "update")
    assert english(project).read_text() == first
    assert "Date" not in first
    assert "views.py" not in first


def test_check_passes_when_complete(project):
    only(project, '_("Chào %(name)s"); ngettext("%(n)s ngày", "%(n)s ngày", n)')
    call_command("translations", "update")
    translate(project, "Chào %(name)s", 'msgstr "Hello %(name)s"')
    text = english(project).read_text()
    english(project).write_text(
        text.replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "a day"\nmsgstr[1] "%(n)s days"')
    )
    call_command("translations", "check")


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ('msgstr ""', "not translated"),
        ('msgstr "Hello %(nom)s"', "other placeholders"),
        ('msgstr "Hello"', "other placeholders"),
        ('msgstr "Hello %(name)s {more}"', "other placeholders"),
    ],
)
def test_check_names_what_is_wrong(project, target, complaint):
    only(project, '_("Chào %(name)s")')
    call_command("translations", "update")
    translate(project, "Chào %(name)s", target)
    with pytest.raises(CommandError, match=rf"en: {complaint}: “Chào %\(name\)s”"):
        call_command("translations", "check")


def test_check_names_missing_dead_and_fuzzy_strings(project):
    only(project, '_("Cũ")')
    call_command("translations", "update")
    translate(project, "Cũ", 'msgstr "Old"')
    english(project).write_text(
        english(project).read_text().replace('msgid "Cũ"', '#, fuzzy\nmsgid "Cũ"')
    )
    only(project, '_("Mới")')
    with pytest.raises(CommandError) as failure:
        call_command("translations", "check")
    for complaint in (
        "missing from the file",
        "no longer in the source",
        "marked fuzzy",
        "3 problems",
    ):
        assert complaint in str(failure.value)


def test_check_names_a_file_that_cannot_be_read(project):
    english(project).parent.mkdir(parents=True)
    english(project).write_text('msgid "a"\nmsgid "b"\nnonsense')
    with pytest.raises(CommandError, match=r"django\.po cannot be read"):
        call_command("translations", "check")


def test_compile_writes_what_gettext_reads_and_only_when_newer(project):
    call_command("translations", "update")
    translate(project, "Nộp hồ sơ", 'msgstr "Send a dossier"')
    vietnamese = project / "locale/vi/LC_MESSAGES/django.po"
    vietnamese.parent.mkdir(parents=True)
    vietnamese.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '\nmsgid "Sign in"\nmsgstr "Vào"\n'
    )
    call_command("translations", "compile")
    compiled = english(project).with_suffix(".mo")
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Nộp hồ sơ") == "Send a dossier"
    with vietnamese.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Sign in") == "Vào"
    compiled.write_bytes(b"kept")
    call_command("translations", "compile")
    assert compiled.read_bytes() == b"kept"
    os.utime(english(project), ns=(2**62, 2**62))
    call_command("translations", "compile")
    assert compiled.read_bytes() != b"kept"


def test_placeholders_do_not_include_a_percent_sign():
    assert translations.placeholders("50% các hồ sơ, 100%% xong") == set()
    assert translations.placeholders("%(a)s %s {b} %%c") == {"%(a)s", "%s", "{b}"}


def test_merged_drops_the_translation_of_a_string_that_became_plural():
    old, source = Catalog(locale="en"), Catalog()
    old.add("%(n)s ngày", "%(n)s day")
    source.add(("%(n)s ngày", "%(n)s ngày"))
    assert not any(translations.merged(old, source).get("%(n)s ngày").string)
