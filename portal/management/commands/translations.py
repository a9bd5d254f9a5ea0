"""Keep the translations complete, without the gettext programs; see portal.translations.

manage.py translations update     rewrite locale/en from the source, keeping what is translated
manage.py translations check      name everything missing or wrong
manage.py translations compile    make the files that Django reads
"""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import translations


class Command(BaseCommand):
    help = "Update, check or compile the translations."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["update", "check", "compile"])

    def handle(self, *args: object, **options: str) -> None:
        """Work on the first folder of LOCALE_PATHS."""
        action = {
            "update": translations.update,
            "check": translations.check,
            "compile": translations.compile_all,
        }[options["action"]]

        try:
            action(Path(settings.LOCALE_PATHS[0]), Path(settings.BASE_DIR))
        except translations.TranslationError as error:
            raise CommandError(str(error)) from error
