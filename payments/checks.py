"""System checks of the gateway that new payments go to."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from payments.gateways import GATEWAYS, UnknownProvider, default_gateway


@register(Tags.security)
def payment_provider(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse a provider that is not there and, in production, one that is not set up for it."""
    try:
        gateway = default_gateway()
    except UnknownProvider:
        unknown = Error(
            "PAYMENT_PROVIDER names no gateway.",
            hint=f"Set it to one of: {', '.join(GATEWAYS)}.",
            id="payments.E001",
        )
        return [unknown]
    return gateway.check_production() if settings.PRODUCTION else []
