"""What every page may say without asking for it."""

from django.conf import settings


def authority(request) -> dict:
    """The authority this portal serves – name, address, hours, the levels in its own words – as the catalogue tells it."""
    return {"AUTHORITY": settings.AUTHORITY}
