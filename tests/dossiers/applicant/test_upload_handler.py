"""Too many files at once, and files that are too large: the rest is kept, and each is named."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dossiers.applicant.upload_handler import LeftOutFile
from dossiers.models import Attachment, Dossier
from tests.dossiers.factories import pdf_file
from tests.services.factories import PaperFactory, ServiceFactory


@pytest.fixture
def papers_page(client, db) -> str:
    """The address of the page of papers of a new draft, with two papers."""
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd", name="Ảnh chụp căn cước")
    PaperFactory(service=service, key="don", name="Đơn đề nghị")
    client.post(reverse("dossiers:apply", args=[service.slug]))
    return reverse("dossiers:fill", args=[service.slug, Dossier.objects.get().tracking_code, 3])


def files(count: int, first: int = 1) -> list[SimpleUploadedFile]:
    return [pdf_file(f"giấy {number}.pdf", pages=number) for number in range(first, first + count)]


def test_files_after_the_last_allowed_one_are_named_and_all_others_kept(
    client, papers_page, settings
):
    settings.UPLOAD_MAX_FILES = 4
    response = client.post(papers_page, {"tep-cccd": files(2), "tep-don": files(4, first=3)})

    assert response.status_code == 422
    kept = set(Attachment.objects.values_list("name", flat=True))
    assert kept == {f"giấy {number}.pdf" for number in (1, 2, 3, 4)}
    assert "2 tệp sau chưa được nhận: giấy 5.pdf, giấy 6.pdf" in response.content.decode()


def test_forty_one_files_at_once_lose_only_the_last(client, papers_page):
    response = client.post(papers_page, {"tep-cccd": files(41)})
    assert response.status_code == 422
    assert Attachment.objects.count() == 40
    assert "chưa được nhận: giấy 41.pdf" in response.content.decode()


def test_page_says_beforehand_how_much_may_be_sent_at_once(client, papers_page, settings):
    page = client.get(papers_page).content.decode()
    assert "không quá 40 tệp và 60,0 MB tổng cộng" in page.replace("\xa0", " ")


def test_refused_file_and_left_out_file_of_one_paper_are_both_named(client, papers_page, settings):
    settings.UPLOAD_MAX_FILES = 2
    chosen = [SimpleUploadedFile("hỏng.pdf", b"no PDF"), *files(2)]
    page = client.post(papers_page, {"tep-cccd": chosen}).content.decode()
    assert "hỏng.pdf" in page
    assert "chưa được nhận: giấy 2.pdf" in page
    assert Attachment.objects.get().name == "giấy 1.pdf"


@pytest.fixture(params=["in memory", "in a temporary file"])
def received(request, rf, settings):
    """Return a reader of posted files; Django keeps them in memory or in temporary files."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10_000_000 if request.param == "in memory" else 0
    requests = []

    def receive(**sizes: int):
        requests.append(rf.post("/", {name: upload(size) for name, size in sizes.items()}))
        return requests[-1].FILES

    yield receive
    for sent in requests:
        sent.close()


def upload(size: int) -> io.BytesIO:
    file = io.BytesIO(bytes(size))
    file.name = "giấy.pdf"
    return file


def test_file_that_is_too_large_is_not_kept_but_its_size_is_known(received, settings):
    settings.UPLOAD_MAX_BYTES = 200_000
    files = received(before=100_000, large=300_000, after=200_000)

    assert files["large"].size == 300_000
    assert files["large"].read() == b""
    assert len(files["before"].read()) == 100_000
    assert len(files["after"].read()) == 200_000


def test_last_kept_file_stays_readable_when_others_are_left_out(received, settings):
    settings.UPLOAD_MAX_FILES = 1
    files = received(first=10, second=20)

    assert files["first"].read() == bytes(10)
    assert isinstance(files["second"], LeftOutFile)
