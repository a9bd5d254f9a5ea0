"""Which pages may be sent files, and which may not."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from portal.web import limits

CODE = "K7QD-93MX-AT4C"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dossiers:fill", ["khai-sinh", CODE, 3]),
        ("dossiers:supplement", [CODE]),
        ("admin:services_service_add", []),
    ],
)
def test_pages_that_take_files_take_large_requests(language, name, words):
    with translation.override(language):
        limit = limits.of_path(reverse(name, args=words))
    assert limit.takes_files
    assert limit.max_bytes == settings.UPLOAD_MAX_REQUEST_BYTES


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("portal:home", []),
        ("dossiers:lookup", []),
        ("dossiers:apply", ["khai-sinh"]),
        ("dossiers:withdraw", [CODE]),
        ("payments:ipn", []),
        ("account_login", []),
    ],
)
def test_all_other_pages_take_little(language, name, words):
    with translation.override(language):
        limit = limits.of_path(reverse(name, args=words))
    assert not limit.takes_files
    assert limit.max_bytes == settings.DATA_UPLOAD_MAX_MEMORY_SIZE
