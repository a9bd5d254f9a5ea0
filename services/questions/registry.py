"""The closed list of kinds. A kind that is not here does not exist."""

from services.questions.address import Address
from services.questions.base import FormQuestion, Question, Statement
from services.questions.choice import Choice
from services.questions.choices import Choices
from services.questions.citizen_id import CitizenId
from services.questions.date import Date
from services.questions.email import Email
from services.questions.file import File
from services.questions.heading import Heading
from services.questions.longtext import LongText
from services.questions.note import Note
from services.questions.number import Number
from services.questions.phone import Phone
from services.questions.text import Text
from services.questions.yesno import YesNo


def register(*kinds: type[Question]) -> dict[str, type[Question]]:
    """Return the kinds by their words. Raises TypeError for one that lacks a part."""
    registered: dict[str, type[Question]] = {}
    for kind in kinds:
        missing = missing_parts(kind)
        if missing:
            raise TypeError(f"{kind.__name__} lacks {', '.join(missing)}")
        if kind.kind in registered:
            raise TypeError(f"{kind.__name__} and {registered[kind.kind].__name__} share a word")
        registered[kind.kind] = kind
    return registered


def missing_parts(kind: type[Question]) -> list[str]:
    # A kind that stands on another one must not take over its word, help or print unnoticed.
    own = ("kind", "editor_help", "blank_template")
    missing = [name for name in own if name not in vars(kind)]
    missing += sorted(kind.__abstractmethods__)
    # Pages show these three; any other would be left out of them.
    if not issubclass(kind, FormQuestion | Statement | File):
        missing.append("a page that shows it")
    # Without it, the keys that a class declares would not be read.
    if "__dataclass_fields__" not in vars(kind):
        missing.append("@dataclass")
    return missing


# In the order in which the editor of the catalogue reads of them.
KINDS = register(
    Text,
    LongText,
    Number,
    Date,
    Choice,
    Choices,
    YesNo,
    CitizenId,
    Phone,
    Email,
    Address,
    File,
    Heading,
    Note,
)
