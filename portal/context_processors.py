"""What every page may say without asking for it."""

from django.conf import settings


def authority(request) -> dict:
    """The authority this portal serves: name, address, hours, the levels in its own words."""
    return {"AUTHORITY": settings.AUTHORITY}
