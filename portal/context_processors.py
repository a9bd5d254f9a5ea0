"""What every template knows."""

from django.conf import settings


def authority(request) -> dict:
    """The authority of AUTHORITY_FILE: name, address, hours, wording of the levels."""
    return {"AUTHORITY": settings.AUTHORITY}
