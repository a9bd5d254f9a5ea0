"""A file on its way through the real web server: in as a form, out as a download."""

import http.client
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from dossiers.models import Attachment, Dossier
from tests.dossiers.factories import pdf_file
from tests.portal.web.server import WebServer
from tests.services.factories import PaperFactory, ServiceFactory

THREE_MEGABYTES = 3 * 1024 * 1024


def test_large_file_is_kept_and_comes_back_as_it_was(web, settings):
    settings.MEDIA_ROOT = str(web.media)
    service = ServiceFactory(online=True)
    PaperFactory(service=service, key="cccd", name="Ảnh chụp căn cước")
    visitor = Client()
    visitor.post(reverse("dossiers:apply", args=[service.slug]))
    page = reverse("dossiers:fill", args=[service.slug, Dossier.objects.get().tracking_code, 3])
    cookies = {name: morsel.value for name, morsel in visitor.cookies.items()}
    content = pdf_file().read() + bytes(THREE_MEGABYTES)

    _response, form = request(web, "GET", page, cookies)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.decode())[1]
    file = SimpleUploadedFile("giấy.pdf", content)
    data = {"csrfmiddlewaretoken": token, "slot": "cccd", "tep-cccd": file}
    sent = encode_multipart(BOUNDARY, data)
    response, _page = request(web, "POST", page, cookies, sent)
    assert response.status == 302

    attachment = Attachment.objects.get()
    download = reverse("dossiers:file", args=[attachment.dossier.tracking_code, attachment.pk])
    response, downloaded = request(web, "GET", download, cookies)
    assert downloaded == content
    assert int(response.headers["Content-Length"]) == len(content)


def request(
    web: WebServer, method: str, path: str, cookies: dict[str, str], body: bytes | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    """Return the response and its content; new cookies are added to `cookies`."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if body is not None:
        headers["Content-Type"] = MULTIPART_CONTENT
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    content = response.read()
    for cookie in response.headers.get_all("Set-Cookie") or []:
        name, _, value = cookie.partition(";")[0].partition("=")
        cookies[name] = value
    connection.close()
    return response, content
