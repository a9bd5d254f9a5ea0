"""Files that no row names are deleted; any other stays."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from dossiers import schedule
from dossiers.models import Attachment, Document
from dossiers.states import State
from tests.dossiers.factories import DossierFactory, attach

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=2)


@pytest.fixture(params=["disk", "memory"])
def store(request, settings):
    """Where files are kept: the sweep knows nothing but Django's storage."""
    if request.param == "memory":
        backend = "django.core.files.storage.InMemoryStorage"
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}
    return request.param


def orphan(name: str, *, age: timedelta = LONG_AGO) -> str:
    """A file of that age that no row names."""
    stored = default_storage.save(name, ContentFile(b"%PDF-"))
    if age:
        make_older(stored, age)
    return stored


def make_older(name: str, age: timedelta) -> None:
    moment = timezone.now() - age
    path = Path(django_settings.MEDIA_ROOT) / name
    if path.exists():
        os.utime(path, (moment.timestamp(), moment.timestamp()))
    else:
        default_storage._resolve(name).modified_time = moment


def runs_of_a_day() -> int:
    """Run as often as the clock does in a day; return how many files were deleted."""
    return sum(schedule.delete_orphaned_files() for _hour in hours())


def hours():
    for hour in range(24):
        with pytest.MonkeyPatch.context() as patch:
            moment = timezone.now().replace(hour=hour)
            patch.setattr(schedule.timezone, "now", lambda moment=moment: moment)
            yield hour


def test_file_without_a_row_is_deleted_after_a_day(store):
    names = [orphan(f"{top}/{pk}/mo-coi") for top in ("ho-so", "giay-to") for pk in (7, 24, 311)]
    assert runs_of_a_day() == 6
    assert not any(default_storage.exists(name) for name in names)


def test_file_without_a_row_is_kept_for_a_day_since_its_row_may_come(store):
    name = orphan("ho-so/7/moi", age=timedelta(0))
    assert runs_of_a_day() == 0
    assert default_storage.exists(name)


def test_file_that_a_row_names_is_kept_whatever_its_age(store, run_queue):
    dossier = DossierFactory(state=State.SUPPLEMENT)
    attachment = attach(dossier, "a")
    copy = default_storage.save(f"ho-so/{dossier.pk}/ban-sao", ContentFile(b"%PDF-"))
    Attachment.objects.filter(pk=attachment.pk).update(safe_copy=copy)
    run_queue()
    named = [attachment.file.name, copy, *Document.objects.values_list("file", flat=True)]
    assert len(named) > 3
    for name in named:
        make_older(name, LONG_AGO)
    lost = orphan(f"ho-so/{dossier.pk}/mo-coi")
    assert runs_of_a_day() == 1
    assert [name for name in named if not default_storage.exists(name)] == []
    assert not default_storage.exists(lost)


def test_file_elsewhere_in_the_store_is_not_ours_to_delete(store):
    names = [
        orphan("khac/7/a"),
        orphan("ho-so/khong-phai-so/a"),
        orphan("ho-so/a"),
        orphan("suc-khoe/1"),
    ]
    assert runs_of_a_day() == 0
    assert all(default_storage.exists(name) for name in names)


def test_file_that_goes_with_its_draft_meanwhile_ends_no_run(store, monkeypatch):
    going, lost = orphan("ho-so/7/a"), orphan("ho-so/7/b")

    def named_files(names):
        default_storage.delete(going)
        return set()

    monkeypatch.setattr(schedule, "named_files", named_files)
    assert runs_of_a_day() == 1
    assert not default_storage.exists(lost)


def test_store_without_any_file_is_no_error(store):
    assert runs_of_a_day() == 0


def test_one_run_deletes_a_bounded_number(store, monkeypatch):
    monkeypatch.setattr(schedule, "MAX_DELETIONS_OF_A_RUN", 2)
    monkeypatch.setattr(schedule, "HOURS_OF_A_DAY", 1)
    monkeypatch.setattr(schedule, "NAMES_OF_A_QUERY", 2)
    moment = timezone.now().replace(hour=0)
    monkeypatch.setattr(schedule.timezone, "now", lambda: moment)
    for number in range(5):
        orphan(f"ho-so/{number}/a", age=LONG_AGO)
    assert [schedule.delete_orphaned_files() for _run in range(4)] == [2, 2, 1, 0]


def test_folders_of_a_day_are_each_looked_through_once(store):
    for pk in range(50):
        orphan(f"ho-so/{pk}/a")
    seen = [name for hour in range(24) for name in schedule.stored_files(hour)]
    assert sorted(seen) == sorted(f"ho-so/{pk}/a" for pk in range(50))
