"""Rights in the database for the role that web, workers and beat sign in with.

The owner of the tables migrates; the running portal is another role. It may not change or delete
what is append-only, whatever somebody makes it execute: it cannot even switch the triggers off.
"""

import os
from collections.abc import Iterator

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, models, transaction
from psycopg.sql import SQL, Composed, Identifier, Literal

from payments.models import GatewayMessage
from services.append_only import AppendOnly

PASSWORD = "APP_ROLE_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = (
        "Give ROLE what the running portal needs in the database, and no more. Run it as the owner "
        f"of the tables after each migrate. With {PASSWORD} set, ROLE is created with that "
        "password, or gets it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role")

    @transaction.atomic
    def handle(self, *, role: str, **options) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_database()")
            owner, database = cursor.fetchone()
            if role == owner:
                raise CommandError(f"{role} owns the tables: the portal needs a role of its own.")
            if os.environ.get(PASSWORD):
                cursor.execute(role_statement(cursor, role, os.environ[PASSWORD]))
            for statement in grants(role, database):
                cursor.execute(statement)
        self.stdout.write(f"{role}: rights are set")


def role_statement(cursor, role: str, password: str) -> Composed:
    """Return the statement that makes `role`, or renews its password.

    The password is sent as its SCRAM verifier, so that no log of statements can hold it.
    """
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = SQL("ALTER" if cursor.fetchone() else "CREATE")
    verifier = connection.connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    return SQL("{} ROLE {} LOGIN NOSUPERUSER PASSWORD {}").format(
        verb, Identifier(role), Literal(verifier.decode())
    )


def grants(role: str, database: str) -> Iterator[Composed]:
    """Yield statements: everything is taken away first, so that they may be run again."""
    names = {"role": Identifier(role), "database": Identifier(database)}
    for statement in (
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ):
        yield SQL(statement).format(**names)

    for table, privileges in narrow_tables().items():
        names["table"] = Identifier(table)
        yield SQL("REVOKE ALL ON {table} FROM {role}").format(**names)
        yield SQL(f"GRANT {privileges} ON {{table}} TO {{role}}").format(**names)


def narrow_tables() -> dict[str, str]:
    """Return the tables of which the portal may not do everything, with what it may do."""
    narrow = {"django_migrations": "SELECT"}
    for model in apps.get_models():
        if issubclass(model, AppendOnly):
            narrow[table_of(model)] = "SELECT, INSERT"
    # Its outcome is filled in once, and forgeries are deleted; triggers see to both.
    narrow[table_of(GatewayMessage)] = "SELECT, INSERT, UPDATE (outcome), DELETE"
    return narrow


def table_of(model: type[models.Model]) -> str:
    return model._meta.db_table
