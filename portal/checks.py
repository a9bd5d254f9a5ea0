"""System checks that refuse development settings in production (PRODUCTION=1 manage.py check)."""

import os
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.http.request import validate_host

# Mail backends that deliver to nobody.
LOCAL_MAIL = ("filebased", "console", "locmem", "dummy")
# The one of docker-compose.yml, for trying.
MAIL_CATCHER = ("mail", 1025)
EXAMPLE_DOMAIN = re.compile(r"[@.]example\.[a-z]+>?$")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1", None)
MIN_KEY_LENGTH = 50
MIN_KEY_CHARACTERS = 5  # different ones, as in Django's own check


@register(Tags.security)
def production(app_configs, **kwargs) -> list[Error]:
    if not settings.PRODUCTION:
        return []
    return [
        Error(sentence, hint=hint, id=f"portal.{code}")
        for wrong, code, sentence, hint in _rules()
        if wrong
    ]


@register(Tags.security, deploy=True)
def mail_reaches_people(app_configs, **kwargs) -> list[Warning]:
    """Warn of mail that leaves and reaches nobody, or comes from nobody."""
    warnings = []
    if (settings.EMAIL_HOST, settings.EMAIL_PORT) == MAIL_CATCHER:
        warnings.append(
            Warning(
                "EMAIL_URL is the mail catcher: no citizen gets any mail.",
                hint="Set EMAIL_URL, for instance smtp+tls://user:password@mail.example.vn:587.",
                id="portal.W001",
            )
        )
    if EXAMPLE_DOMAIN.search(settings.DEFAULT_FROM_EMAIL):
        warnings.append(
            Warning(
                "DEFAULT_FROM_EMAIL is an example: mail servers refuse mail from it.",
                hint="Set DEFAULT_FROM_EMAIL to an address of the authority.",
                id="portal.W002",
            )
        )
    return warnings


def _rules() -> list[tuple[bool, str, str, str]]:
    """Each rule: whether it is broken, its code, what is wrong, what to do."""
    mail = settings.EMAIL_BACKEND.split(".")
    return [
        (
            settings.SECRET_KEY == settings.DEVELOPMENT_SECRET_KEY,
            "E001",
            "SECRET_KEY is the one of development, known to everyone.",
            "Set SECRET_KEY to 50 or more random characters.",
        ),
        (
            "DEMO_PASSWORD" in os.environ,
            "E002",
            "DEMO_PASSWORD is set: demo accounts have no place in production.",
            "Remove DEMO_PASSWORD from the environment.",
        ),
        (
            settings.MOCK_GATEWAY,
            "E003",
            "MOCK_GATEWAY is on: anybody could mark a fee as paid.",
            "Remove MOCK_GATEWAY from the environment.",
        ),
        (
            any(word in mail for word in LOCAL_MAIL),
            "E005",
            "EMAIL_URL keeps mail on this machine: no citizen would get any.",
            "Set EMAIL_URL, for instance smtp+tls://user:password@mail.example.vn:587.",
        ),
        (
            not settings.STAFF_MFA_REQUIRED,
            "E013",
            "STAFF_MFA_REQUIRED is off: a stolen password would open the staff pages.",
            "Remove STAFF_MFA_REQUIRED from the environment.",
        ),
        (
            settings.DEBUG,
            "E006",
            "DEBUG is on: error pages would show the inside of the system.",
            "Remove DEBUG.",
        ),
        *_rules_of_addresses(),
    ]


def _rules_of_addresses() -> list[tuple[bool, str, str, str]]:
    """What cannot work, or cannot be safe, about how the portal is reached."""
    site = urlsplit(settings.SITE_URL)
    return [
        (
            len(settings.SECRET_KEY) < MIN_KEY_LENGTH
            or len(set(settings.SECRET_KEY)) < MIN_KEY_CHARACTERS,
            "E007",
            "SECRET_KEY is too short to keep sessions and signed links from being forged.",
            "Set SECRET_KEY to 50 or more random characters.",
        ),
        (
            not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS,
            "E008",
            "ALLOWED_HOSTS names no host or every host: links in mails could lead anywhere.",
            "Set ALLOWED_HOSTS to the host name that people type.",
        ),
        (
            site.scheme != "https" or site.hostname in LOCAL_HOSTS,
            "E009",
            "SITE_URL is not an https address that people can reach; mails and QR codes carry it.",
            "Set SITE_URL, for instance https://dichvucong.example.vn.",
        ),
        (
            not validate_host(site.hostname or "", settings.ALLOWED_HOSTS),
            "E010",
            "SITE_URL names a host that ALLOWED_HOSTS does not: every link in a mail would fail.",
            "Add the host name of SITE_URL to ALLOWED_HOSTS.",
        ),
        (
            not settings.HTTPS,
            "E011",
            "HTTPS is off: passwords and personal data would travel in clear.",
            "Remove HTTPS from the environment.",
        ),
        (
            settings.HTTPS and settings.TRUSTED_PROXIES < 1,
            "E012",
            "HTTPS is on and TRUSTED_PROXIES is 0: behind the proxy that ends TLS every page would"
            " redirect to itself for ever, and everybody would be one address to every limit.",
            "Set TRUSTED_PROXIES to the number of proxies that add to X-Forwarded-For.",
        ),
    ]
