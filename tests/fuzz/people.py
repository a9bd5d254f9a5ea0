"""The people of the fuzz, what each of them owns, and the marks by which a leak is known.

Each mark is a text that stands in one place only: a name, a number, an address, an answer, a note,
a file. `readers` are those who may see it; a page that shows it to anybody else is a leak.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import STAFF_ROLES, Role, State
from payments import inbox
from payments.gateways import default_gateway
from payments.models import GatewayMessage, Payment
from portal.accounts.groups import EDITORS
from portal.models import User
from services.models import Agency, Field, FormTemplate, Service, SpecialDay
from tests.bad_values import Browser
from tests.dossiers.factories import WAY_TO, DossierFactory, act, attach
from tests.payments.factories import open_payment, signed_message
from tests.portal.factories import UserFactory
from tests.services.factories import (
    FormTemplateFactory,
    PaperFactory,
    ServiceFactory,
    SpecialDayFactory,
)

SIGN_IN = "django.contrib.auth.backends.ModelBackend"
OWNERS = ("citizen", "neighbour", "holder")  # a holder has a code and its digits, and no account
OFFICERS = tuple(role.value for role in STAFF_ROLES)
PEOPLE = ("anonymous", *OWNERS, *OFFICERS, "editor", "superuser")
STATES = (State.DRAFT, State.SUPPLEMENT, State.APPROVED)


@dataclass(frozen=True)
class Mark:
    """A text that only `readers` may see; `is_code`: or whoever asked with it."""

    text: str
    what: str
    readers: frozenset[str]
    is_code: bool = False


@dataclass
class World:
    """All people with their browsers, and the rows that addresses can name."""

    browsers: dict[str, Browser]
    marks: list[Mark]
    dossiers: dict[str, list[Dossier]]
    pools: dict[str, list[str]] = field(default_factory=dict)


class Marks:
    """Makes marks: letters and digits alone, so that no escaping changes them."""

    def __init__(self) -> None:
        self.made: list[Mark] = []
        self._numbers = count(1)

    def text(self, what: str, readers: frozenset[str]) -> str:
        return self._keep(f"dau{next(self._numbers):04d}kin", what, readers)

    def email(self, what: str, readers: frozenset[str]) -> str:
        return f"{self.text(what, readers)}@example.vn"

    def phone(self, what: str, readers: frozenset[str]) -> str:
        return self._keep(f"09871{next(self._numbers):05d}", what, readers)

    def citizen_id(self, what: str, readers: frozenset[str]) -> str:
        return self._keep(f"0510859{next(self._numbers):05d}", what, readers)

    def code(self, dossier: Dossier, readers: frozenset[str]) -> None:
        self.made.append(Mark(dossier.tracking_code, "tracking code", readers, is_code=True))

    def _keep(self, text: str, what: str, readers: frozenset[str]) -> str:
        self.made.append(Mark(text, what, readers))
        return text


def marked_pdf(mark: str, name: str) -> SimpleUploadedFile:
    """A whole PDF with `mark` drawn on its page, uncompressed."""
    writer, buffer = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(width=200, height=200)
    drawn = DecodedStreamObject()
    drawn.set_data(f"BT ({mark}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(drawn)
    writer.write(buffer)
    return SimpleUploadedFile(name, buffer.getvalue(), "application/pdf")


# --- Building ---


def build(run_queue: Callable[[], Any]) -> World:
    """Make everybody, their accounts, dossiers, files, papers and payments."""
    marks = Marks()
    users = {name: _account(name, marks) for name in ("citizen", "neighbour")}
    dossiers = {
        owner: [_dossier(state, owner, users.get(owner), marks) for state in STATES]
        for owner in OWNERS
    }
    run_queue()
    browsers = _browsers(users, dossiers["holder"])
    world = World(browsers, marks.made, dossiers)
    SpecialDayFactory()
    world.pools = _pools(world)
    return world


def _account(name: str, marks: Marks) -> User:
    own = frozenset({name, "superuser"})
    return UserFactory(
        username=f"tai-khoan-{name}",
        # The timeline of a sent dossier names who sent it.
        full_name=f"Phạm {marks.text('name of the account', own | set(OFFICERS))}",
        citizen_id=marks.citizen_id("citizen id of the account", own),
        phone=marks.phone("telephone of the account", own),
        email=marks.email("mail address of the account", own),
    )


def _dossier(state: State, owner: str, user: User | None, marks: Marks) -> Dossier:
    """A dossier in `state` in which everything that a person gave is marked."""
    is_draft = state == State.DRAFT
    staff = frozenset({*OFFICERS, "superuser"})
    readers = frozenset({owner}) if is_draft else frozenset({owner}) | staff
    kind = "draft" if is_draft else "sent dossier"

    def mark(what: str) -> str:
        return marks.text(f"{what} of a {kind}", readers)

    service = ServiceFactory(paid=True)
    PaperFactory(service=service, key="cccd")
    FormTemplateFactory(service=service)
    dossier = DossierFactory(
        service=service,
        state=State.DRAFT,
        owner=user,
        answers={"noi_dung": mark("answer")},
        applicant_name=f"Đinh {mark('name')}",
        citizen_id=marks.citizen_id(f"citizen id of a {kind}", readers),
        phone=marks.phone(f"telephone of a {kind}", readers),
        email=marks.email(f"mail address of a {kind}", readers),
        address=f"Thôn {mark('address')}",
    )
    attach(dossier, "cccd", marked_pdf(mark("file"), f"{mark('file name')}.pdf"))
    for action, role in WAY_TO[state]:
        note = ""
        if action.move.internal:
            note = marks.text("internal note", staff)
        elif action != Action.SUBMIT:
            note = mark("note")
        dossier = act(dossier, action, role, by=_sender(user, role), note=note)
    marks.code(dossier, readers)
    if not is_draft:
        payment = open_payment(dossier)
        said = marks.text("message of the gateway", staff)
        raw = signed_message(payment, "24", vnp_OrderInfo=said)
        inbox.receive_return(default_gateway(), raw)
    return dossier


def _sender(user: User | None, role: Role) -> User | None:
    return user if role == Role.CITIZEN else None


def _browsers(users: dict[str, User], held: list[Dossier]) -> dict[str, Browser]:
    editor = UserFactory(username="bien-tap", full_name="Người biên tập", is_staff=True)
    editor.groups.add(Group.objects.get(name=EDITORS))
    people = {
        **users,
        **{role.value: UserFactory(role=role) for role in STAFF_ROLES},
        "editor": editor,
        "superuser": UserFactory(is_staff=True, is_superuser=True),
    }
    browsers = {name: Browser() for name in PEOPLE}
    for name, user in people.items():
        browsers[name].force_login(user, backend=SIGN_IN)
    for dossier in held:
        typed = {"ma": dossier.tracking_code, "xac_minh": dossier.phone[-4:]}
        browsers["holder"].post(reverse("dossiers:lookup"), typed)
    return browsers


# --- What addresses can name ---


def _pools(world: World) -> dict[str, list[str]]:
    """Good values for the parameters of addresses, by name; whatever is unknown gets numbers."""
    every = [dossier for owned in world.dossiers.values() for dossier in owned]
    rows: list[Any] = list(every)
    for dossier in every:
        rows += [*dossier.attachments.all(), *dossier.documents.all()]
    for model in (User, Group, Payment, GatewayMessage, Service, Agency, Field, SpecialDay):
        rows += list(model._default_manager.all()[:20])
    rows += [*FormTemplate.objects.all()[:5]]
    numbers = sorted({str(row.pk) for row in rows})
    services = sorted({dossier.service.slug for dossier in every})
    return {
        "": numbers,
        "dossier": [str(dossier.pk) for dossier in every],
        "tracking": [dossier.tracking_code for dossier in every],
        "slug": services,
        "provider": ["mock", "vnpay"],
        "action": [action.value for action in Action],
        "app_label": ["services", "payments", "dossiers", "portal", "auth", "account"],
        "number": ["1", "2", "3", "4", "9"],
        "kind": ["giay-to", "tep"],
    }


def marks_hidden_from(person: str, world: World) -> Iterator[Mark]:
    """Yield the marks that no answer to this person may contain."""
    for mark in world.marks:
        if person not in mark.readers:
            yield mark
