"""manage.py reset_second_factor USERNAME: for somebody who lost telephone, keys and codes."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.models import User


class Command(BaseCommand):
    help = (
        "Remove every second factor of an account and end its sessions. "
        "Make sure who is asking, in person: whoever knows the password can then sign in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args, username: str, **options) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}.")
        removed, _by_model = Authenticator.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()
        self.stdout.write(
            f"{username}: {removed} second factors removed, all sessions ended. "
            "Staff are led to set up a new one at the next sign-in."
        )
