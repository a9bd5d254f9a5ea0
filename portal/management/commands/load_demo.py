"""Put made-up people and dossiers into a portal for trying out, and say how to sign in.

manage.py load_demo                   the people, and a few dossiers the first time
manage.py load_demo --dossiers 200    200 dossiers more
manage.py load_demo --print-only      only the addresses and sign-ins
"""

import unicodedata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dossiers.models import Dossier
from portal.dev import demo
from portal.dev.run import box

EMPTY = (
    "Danh mục chưa có dịch vụ mức độ 3 trở lên, nên chưa có hồ sơ mẫu nào. "
    "Hãy chạy “manage.py load_catalogue” rồi chạy lại lệnh này."
)


class Command(BaseCommand):
    help = "Load demo people and dossiers (development only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dossiers", type=int, default=0, metavar="N", help="make N dossiers more"
        )
        parser.add_argument(
            "--print-only", action="store_true", help="change nothing, only print the sign-ins"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refused in production: everybody knows these passwords."""
        if settings.PRODUCTION:
            raise CommandError(
                "Dữ liệu mẫu có mật khẩu ai cũng biết, nên không nạp vào hệ thống chạy thật."
            )
        if options["dossiers"] < 0:
            raise CommandError("Số hồ sơ phải từ 0 trở lên.")
        if not options["print_only"]:
            self._load(options["dossiers"], options["verbosity"])
        if options["verbosity"]:
            lines = sign_ins()
            self.stdout.write("\n".join(lines) if options["print_only"] else box(lines))

    def _load(self, number: int, verbosity: int) -> None:
        demo.ensure_people()
        number = number or (0 if Dossier.objects.exists() else demo.FIRST_DOSSIERS)
        if not number:
            return
        try:
            made = demo.make_dossiers(number)
        except demo.NoServices:
            self.stderr.write(EMPTY)
            return
        if verbosity:
            self.stdout.write(f"Đã tạo {made} hồ sơ mẫu.\n")


def sign_ins() -> list[str]:
    """The addresses and sign-ins as lines in columns; portal.dev.run puts a frame around them."""
    width = max(len(person.username) for person in demo.PEOPLE)
    lines = [
        f"Trang người dân:  {settings.SITE_URL}/",
        f"Trang cán bộ:     {settings.SITE_URL}/admin/",
        "",
        f"Đăng nhập với mật khẩu  {settings.DEMO_PASSWORD}",
        *(f"  {person.username.ljust(width)}  {person.what}" for person in demo.PEOPLE),
    ]
    return [unicodedata.normalize("NFC", line) for line in lines]
