"""Requests that mean harm, made from a seed: the same seed makes the same requests."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from django.apps import apps

from tests.bad_values import IN_ADDRESSES, Fields, addresses
from tests.fuzz.people import PEOPLE, World
from tests.fuzz.values import (
    ADMIN_NAMES,
    ADMIN_VALUES,
    BODIES,
    CONTENT_TYPES,
    HEADERS,
    LOOKUPS,
    METHODS,
    VALUES,
)

_NAMES = re.compile(r'(?:name="|[?;]|&amp;)([\w.:-]{1,60})[="]')


@dataclass
class Request:
    """One request, as the server is told of it."""

    person: str
    method: str
    path: str  # percent-encoded
    query: str = ""
    body: bytes = b""
    content_type: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)

    def everything(self) -> str:
        """All that the client said, for asking whether an answer only repeats it."""
        return " ".join(
            [self.path, self.query, self.body.decode("latin-1"), *self.headers.values()]
        )


@dataclass(frozen=True)
class Form:
    """What a page offers to be sent: the fields of its forms, and every name that stands in it."""

    fields: dict[str, str]
    names: list[str]


def deck(seed: int) -> list[tuple[str, list[str], str, str]]:
    """Return every (address, parameters, person, method) in an order of this seed."""
    cards = [
        (address, names, person, method)
        for address, names in addresses()
        for person in PEOPLE
        for method, times in METHODS.items()
        for _time in range(times)
    ]
    random.Random(seed).shuffle(cards)  # noqa: S311 - to be repeated, not to be secret
    return cards


class Maker:
    """Makes the request of one card; `look` reads the page of an address for its form."""

    def __init__(self, world: World, look: Callable[[str, str], str]):
        self.world = world
        self.look = look
        self._forms: dict[tuple[str, str], Form] = {}
        self._model_fields = sorted(
            {field.name for model in apps.get_models() for field in model._meta.get_fields()}
        )

    def make(self, card: tuple[str, list[str], str, str], dice: random.Random) -> Request:
        address, names, person, method = card
        path = address % {name: self._parameter(name, address, dice) for name in names}
        if dice.random() < 0.15 and "/admin/" not in path:
            path = f"/en{path}"
        request = Request(person, method, path)
        form = self._form(person, path)
        if dice.random() < 0.6:
            request.query = self._query(form, dice)
        if "/admin/" in path and dice.random() < 0.5:
            request.query = "&".join([self._admin_query(path, dice), request.query]).strip("&")
        if method in ("POST", "PUT", "PATCH", "DELETE") or dice.random() < 0.05:
            self._fill(request, form, dice)
        if dice.random() < 0.2:
            for name in dice.sample(sorted(HEADERS), dice.randint(1, 2)):
                request.headers[name] = dice.choice(HEADERS[name])
        return request

    def _parameter(self, name: str, address: str, dice: random.Random) -> str:
        """Mostly a value that some row has, anybody's; else one that nothing can have."""
        if dice.random() < 0.15:
            return dice.choice(IN_ADDRESSES)
        if name in self.world.pools:
            return quote(dice.choice(self.world.pools[name]), safe="")
        of_dossier = "/dossiers/dossier/" in address and name in ("pk", "object_id")
        return dice.choice(self.world.pools["dossier" if of_dossier else ""])

    def _form(self, person: str, path: str) -> Form:
        if (person, path) not in self._forms:
            page = self.look(person, path)
            names = sorted(set(_NAMES.findall(page)))
            self._forms[person, path] = Form(Fields(page).found, names)
        return self._forms[person, path]

    def _name(self, form: Form, dice: random.Random) -> str:
        kind = dice.random()
        if kind < 0.35 and form.names:
            return dice.choice(form.names)
        if kind < 0.75:
            return dice.choice(ADMIN_NAMES)
        if kind < 0.95:
            name = dice.choice(self._model_fields)
            return f"{name}__{dice.choice(LOOKUPS)}" if dice.random() < 0.8 else name
        return dice.choice(VALUES)

    def _query(self, form: Form, dice: random.Random) -> str:
        parts = []
        for _part in range(dice.randint(1, 4)):
            name = quote_plus(self._name(form, dice)[:200], errors="surrogatepass")
            parts.append(f"{name}={self._value_in_query(dice)}")
        return "&".join(parts)[:8000]

    def _admin_query(self, path: str, dice: random.Random) -> str:
        """Parameters that the admin itself reads, and filters over the fields of this model."""
        parts = []
        for name in dice.sample(sorted(ADMIN_VALUES), dice.randint(0, 3)):
            parts.append(f"{name}={_plus(dice.choice(ADMIN_VALUES[name]))}")
        fields = self._fields_of(path)
        if fields and dice.random() < 0.5:
            name = f"{dice.choice(fields)}__{dice.choice(LOOKUPS)}"
            parts.append(f"{name}={self._value_in_query(dice)}")
        return "&".join(parts)

    def _fields_of(self, path: str) -> list[str]:
        """The names of the fields of the model whose pages in the admin begin with this path."""
        _empty, _admin, *rest = path.split("/")
        try:
            model = apps.get_model(rest[0], rest[1])
        except (LookupError, ValueError, IndexError):
            return []
        return sorted(field.name for field in model._meta.get_fields())

    def _value_in_query(self, dice: random.Random) -> str:
        kind = dice.random()
        if kind < 0.4:
            return dice.choice(IN_ADDRESSES)
        if kind < 0.55:
            return dice.choice(self.world.pools[""])
        return quote_plus(dice.choice(VALUES)[:3000], errors="surrogatepass")

    def _fill(self, request: Request, form: Form, dice: random.Random) -> None:
        """A body: the page's own form with some of it spoilt, or what no form sends."""
        if dice.random() < 0.3:
            request.body = dice.choice(BODIES)
            request.content_type = dice.choice(CONTENT_TYPES)
            return
        sent = dict(form.fields)
        if "/admin/" in request.path:
            self._add_admin_fields(sent, dice)
        for _change in range(dice.randint(0, 3)):
            name = self._name(form, dice)
            if sent and dice.random() < 0.7:
                name = dice.choice(sorted(sent))
            if dice.random() < 0.15:
                sent.pop(name, None)
            else:
                sent[name] = dice.choice([*VALUES, *self.world.pools[""]])
        request.body, request.content_type = _encode(sent, dice)

    def _add_admin_fields(self, sent: dict[str, str], dice: random.Random) -> None:
        """What the admin itself reads of a body, and its one action, on a good row or on none."""
        for name in dice.sample(sorted(ADMIN_VALUES), dice.randint(0, 2)):
            sent[name] = dice.choice(ADMIN_VALUES[name])
        if dice.random() < 0.3:
            odd = ADMIN_VALUES["_selected_action"]
            row = dice.choice(self.world.pools[""]) if dice.random() < 0.5 else dice.choice(odd)
            sent |= {"action": "delete_selected", "_selected_action": row, "index": "0"}
        if dice.random() < 0.3:
            sent["post"] = "yes"


def _encode(sent: dict[str, str], dice: random.Random) -> tuple[bytes, str]:
    kind = dice.random()
    if kind < 0.5:
        pairs = [f"{_plus(name)}={_plus(value)}" for name, value in sent.items()]
        return "&".join(pairs).encode(), "application/x-www-form-urlencoded"
    if kind < 0.6:
        return json.dumps(sent).encode(), "application/json"

    parts = []
    for name, value in sent.items():
        file = '; filename="a.pdf"' if dice.random() < 0.15 else ""
        head = f'--grenze\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'
        parts.append(head.encode("utf-8", "surrogatepass"))
    return b"".join(parts) + b"--grenze--\r\n", "multipart/form-data; boundary=grenze"


def _plus(text: str) -> str:
    return quote_plus(text, errors="surrogatepass")
