"""Made-up people and dossiers to try the portal with.

Nothing here writes a state or a sum: drafts are filled in, sent and moved through
`dossiers.workflow`, and money comes in through `payments.ledger`.
"""

import io
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from pypdf import PdfWriter

from dossiers import answers, facts, workflow
from dossiers.access import GROUPS
from dossiers.applicant import drafts, send, uploads
from dossiers.models import Dossier
from dossiers.moves import Action
from dossiers.states import Role
from payments import ledger
from portal.models import User
from services.models import Service
from services.questions.specification import parse
from services.questions.text import EXAMPLE_NAMES


@dataclass(frozen=True)
class Person:
    """One demo sign-in; `role` None is a citizen, or with `superuser` the administrator."""

    username: str
    full_name: str
    what: str
    title: str = ""
    role: Role | None = None
    superuser: bool = False


PEOPLE = (
    Person("congdan", "Phạm Thị Nga", "Người dân"),
    Person("motcua", "Nguyễn Thị Hạnh", "Cán bộ một cửa", "Công chức Bộ phận Một cửa", Role.DESK),
    Person("chuyenvien", "Phạm Văn Rin", "Chuyên viên thụ lý", "Chuyên viên", Role.CASE),
    Person("lanhdao", "Lê Minh Sơn", "Lãnh đạo", "Phó Chủ tịch", Role.LEADER),
    Person("quantri", "Trần Quốc Bảo", "Quản trị hệ thống", superuser=True),
)
ROLES = {person.username: person.role for person in PEOPLE if person.role}
CITIZEN = {"citizen_id": "051190000123", "phone": "0905000111", "email": "congdan@example.vn"}

# How far each of the first dossiers goes, and by whom; the list starts again for more.
JOURNEYS: tuple[tuple[tuple[Action, str], ...], ...] = (
    (),
    ((Action.RECEIVE, "motcua"),),
    ((Action.RECEIVE, "motcua"), (Action.START, "chuyenvien")),
    ((Action.RECEIVE, "motcua"), (Action.START, "chuyenvien"), (Action.PROPOSE, "chuyenvien")),
    (
        (Action.RECEIVE, "motcua"),
        (Action.START, "chuyenvien"),
        (Action.PROPOSE, "chuyenvien"),
        (Action.APPROVE, "lanhdao"),
    ),
    (
        (Action.RECEIVE, "motcua"),
        (Action.START, "chuyenvien"),
        (Action.REQUEST_SUPPLEMENT, "chuyenvien"),
    ),
    ((Action.REQUEST_INTAKE_SUPPLEMENT, "motcua"),),
    (
        (Action.RECEIVE, "motcua"),
        (Action.START, "chuyenvien"),
        (Action.PROPOSE, "chuyenvien"),
        (Action.APPROVE, "lanhdao"),
        (Action.DELIVER, "motcua"),
    ),
)
FIRST_DOSSIERS = len(JOURNEYS)
NOTES = {
    Action.REQUEST_INTAKE_SUPPLEMENT: "Bản chụp bị mờ, xin chụp lại cho rõ bốn góc.",
    Action.REQUEST_SUPPLEMENT: "Xin bổ sung giấy tờ tùy thân còn hạn của người nộp.",
    Action.PROPOSE: "Hồ sơ đủ điều kiện, kính trình lãnh đạo xem xét.",
}
GIVEN = {Action.PROPOSE: facts.Proposal("Đồng ý giải quyết theo đề nghị của người nộp hồ sơ.")}


class NoServices(Exception):
    """The catalogue holds nothing that can be sent from home."""


# --- People ---


@transaction.atomic
def ensure_people() -> None:
    """Create the demo sign-ins, or give them the present password again.

    All share one hash, since making one is slow on purpose.
    """
    known = _users()
    citizen = known.get("congdan")
    unchanged = citizen is not None and citizen.check_password(settings.DEMO_PASSWORD)
    if unchanged and len(known) == len(PEOPLE):
        return
    password = make_password(settings.DEMO_PASSWORD)
    for person in PEOPLE:
        _ensure(person, password)


def _users() -> dict[str, User]:
    usernames = [person.username for person in PEOPLE]
    return {user.username: user for user in User.objects.filter(username__in=usernames)}


def _ensure(person: Person, password: str) -> None:
    fields: dict[str, Any] = {
        "full_name": person.full_name,
        "title": person.title,
        "email": f"{person.username}@example.vn",
        "is_staff": person.superuser or person.role is not None,
        "is_superuser": person.superuser,
        "password": password,
    }
    if person.role is None and not person.superuser:
        fields |= CITIZEN
    user, _created = User.objects.update_or_create(username=person.username, defaults=fields)
    if person.role:
        user.groups.add(Group.objects.get_or_create(name=GROUPS[person.role])[0])


# --- Dossiers ---


def make_dossiers(number: int) -> int:
    """Send `number` dossiers and move each as far as its turn says.

    Raises NoServices when nothing can be sent.
    """
    online = list(
        Service.objects.published().online().prefetch_related("papers", "fees").order_by("slug")
    )
    if not online:
        raise NoServices
    people = _users()
    begin = Dossier.objects.count()
    for turn in range(begin, begin + number):
        _make(online[turn % len(online)], turn, people)
    return number


@transaction.atomic
def _make(service: Service, turn: int, people: dict[str, User]) -> None:
    owner = people["congdan"] if turn % 5 == 0 else None
    draft = make_draft(service, turn, owner)
    dossier = send.submit(draft, by=owner, reviewed=drafts.offer_digest(draft))
    for action, username in JOURNEYS[turn % len(JOURNEYS)]:
        by = people[username]
        if action == Action.DELIVER and dossier.owed:
            ledger.record_cash(dossier, by=by)
        dossier = workflow.perform(
            dossier,
            action,
            role=ROLES[username],
            by=by,
            note=NOTES.get(action, ""),
            given=GIVEN.get(action),
        )


def make_draft(service: Service, turn: int, owner: User | None = None) -> Dossier:
    """Return a draft that is ready to be sent; `turn` chooses its answers."""
    draft = drafts.start(service, owner=owner)
    draft = drafts.save(draft, answers=_answers(draft, turn), **_applicant(owner, turn))
    for slot in answers.missing(answers.papers(draft)):
        drafts.attach(draft, slot=slot.key, upload=uploads.check(_blank_pdf(f"{slot.key}.pdf")))
    return draft


def _applicant(owner: User | None, turn: int) -> dict[str, str]:
    if owner:
        name, contact = owner.full_name, CITIZEN
    else:
        name = EXAMPLE_NAMES[turn % len(EXAMPLE_NAMES)]
        contact = {
            "citizen_id": f"0511900{turn % 100_000:05d}",
            "phone": f"09050{turn % 100_000:05d}",
            "email": f"nguoinop{turn}@example.vn",
        }
    communes = settings.AUTHORITY["areas"]["communes"]
    return {
        "applicant_name": name,
        "address": f"Thôn {turn % 9 + 1}, {communes[turn % len(communes)]}",
        **contact,
    }


def _answers(draft: Dossier, turn: int) -> dict[str, Any]:
    questions = [one for section in parse(draft.form) for one in section.form_questions]
    return {question.key: question.example(turn) for question in questions}


def _blank_pdf(name: str) -> SimpleUploadedFile:
    """Return a whole one-page PDF, as a browser would send it."""
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(buffer)
    return SimpleUploadedFile(name, buffer.getvalue(), "application/pdf")
