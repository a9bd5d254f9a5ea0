"""Staff with a password."""

import pytest

from dossiers.states import Role
from portal.models import User
from tests.portal.accounts.signing_in import PASSWORD
from tests.portal.factories import UserFactory


@pytest.fixture
def officer(db) -> User:
    user = UserFactory(username="motcua", role=Role.DESK)
    user.set_password(PASSWORD)
    user.save()
    return user
