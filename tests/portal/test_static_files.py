"""Collected static files and kept uploads: who may read them."""

import os
import stat
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command

STATIC_FILES = configured.STORAGES["staticfiles"]


@pytest.fixture(autouse=True)
def umask_of_a_build():
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes_under(folder: Path) -> dict[str, int]:
    return {str(path): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def test_collected_static_files_can_be_read_by_every_user(settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "staticfiles": STATIC_FILES}
    settings.STATIC_ROOT = str(tmp_path / "static")

    call_command("collectstatic", interactive=False, verbosity=0)

    modes = modes_under(tmp_path / "static")
    assert len(modes) > 100
    readable = stat.S_IRGRP | stat.S_IROTH
    assert [path for path, mode in modes.items() if mode & readable != readable] == []
    folders = [path for path in modes if Path(path).is_dir()]
    assert [path for path in folders if not modes[path] & stat.S_IXOTH] == []


def test_kept_files_are_for_the_portal_alone(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")

    storages["default"].save("ho-so/1/cccd.pdf", ContentFile(b"%PDF-"))

    modes = set(modes_under(tmp_path / "media").values())
    assert modes == {0o700, 0o600}
