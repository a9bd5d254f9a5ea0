"""Signing in with a password, as people do."""

from django.urls import reverse

PASSWORD = "mot-mat-khau-dai"
LOGIN = reverse("account_login")


def sign_in(client, user, path: str = LOGIN, follow: bool = False):
    return client.post(path, {"login": user.username, "password": PASSWORD}, follow=follow)
