"""Money and dates as people read them: one way for pages, staff pages, mails and papers.

Templates reach these functions as filters: {% load formats %}, {{ amount|money }}.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def money(amount: int | None) -> str:
    """Return a sum of đồng: 100000 → "100.000 đồng"; None is a sum that other rules set."""
    if amount is None:
        return _("Theo quy định hiện hành")
    return _("%(amount)s đồng") % {"amount": number_format(amount, force_grouping=True)}


def day(when: date | datetime | None) -> str:
    """Return a day as "09/03/2026", in the time zone of the authority; "" for None."""
    if when is None:
        return ""
    if isinstance(when, datetime):
        when = timezone.localtime(when)
    return f"{when:%d/%m/%Y}"


def date_and_time(when: datetime | None) -> str:
    """Return a moment as "14:05 09/03/2026", in the time zone of the authority; "" for None."""
    return f"{timezone.localtime(when):%H:%M %d/%m/%Y}" if when else ""


def duration(seconds: int) -> str:
    """Return a waiting time as it is read: 45 → "45 giây", from two minutes on "3 phút"."""
    if seconds < 120:
        return ngettext("%(count)d giây", "%(count)d giây", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)d phút", "%(count)d phút", minutes) % {"count": minutes}
