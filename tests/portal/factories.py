"""People for tests: a citizen, and staff by role."""

import factory
from django.contrib.auth.models import Group

from dossiers.access import GROUPS
from dossiers.states import Role
from portal.models import User


class UserFactory(factory.django.DjangoModelFactory):
    """A citizen with an account; `role=Role.DESK` makes a member of staff of that group."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoi{n}")
    full_name = "Phạm Thị Hrê"
    citizen_id = "051190000123"
    phone = "0905000111"
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.vn")

    @factory.post_generation
    def role(self, create: bool, role: Role | None, **kwargs) -> None:
        if role:
            self.is_staff = True
            self.save()
            self.groups.add(Group.objects.get_or_create(name=GROUPS[role])[0])
