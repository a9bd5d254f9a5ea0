"""Answers that several apps give."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

RETRY_AFTER_SECONDS = 3600  # what a network may do is counted by the hour


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Return the page that refuses a further wrong try from a network that made too many."""
    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
