"""Sends the requests of a seed and judges each answer."""

import random
import re
import traceback
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from tests.bad_values import broken
from tests.fuzz.malicious_input import Maker, Request, deck
from tests.fuzz.people import PEOPLE, Mark, World, marks_hidden_from

MAX_TOLD = 25


@dataclass
class Report:
    """What came of a run: how many answers of which status to whom, and what was wrong."""

    seed: int
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.statuses.values())

    def table(self) -> str:
        """Return the counts as a table of Markdown: a row per person, a column per status."""
        codes = sorted({code for _person, code in self.statuses})
        lines = [
            f"| person | {' | '.join(map(str, codes))} | all |",
            f"| --- |{' --- |' * (len(codes) + 1)}",
        ]
        for person in PEOPLE:
            counts = [self.statuses[person, code] for code in codes]
            lines.append(f"| {person} | {' | '.join(map(str, counts))} | {sum(counts)} |")
        sums = [sum(self.statuses[person, code] for person in PEOPLE) for code in codes]
        lines.append(f"| all | {' | '.join(map(str, sums))} | {self.total} |")
        return "\n".join(lines)

    def told(self) -> str:
        """Return the first faults and leaks, and how to send the same requests again."""
        lines = [*self.leaks[:MAX_TOLD], *self.faults[:MAX_TOLD]]
        return "\n".join([f"again: make fuzz FUZZ_SEED={self.seed}", *lines])

    def summary(self) -> str:
        return (
            f"fuzz, seed {self.seed}: {self.total} requests, {len(self.faults)} faults, "
            f"{len(self.leaks)} leaks\n{self.table()}"
        )


class Run:
    """One fuzz. Nothing that a request changes is there for the next."""

    def __init__(self, world: World, seed: int):
        self.world = world
        self.report = Report(seed)
        self.maker = Maker(world, self._look)
        self.hidden = {person: list(marks_hidden_from(person, world)) for person in PEOPLE}

    def go(self, requests: int) -> Report:
        """Send so many requests of the deck, which is dealt again when it is used up."""
        cards = deck(self.report.seed)
        for number in range(requests):
            dice = random.Random(f"{self.report.seed}-{number}")  # noqa: S311 - to be repeated
            request = self.maker.make(cards[number % len(cards)], dice)
            self._judge(number, request, self.send(request))
        return self.report

    def send(self, request: Request):
        """Send one request as its person and return the answer."""
        browser = self.world.browsers[request.person]
        headers = dict(request.headers)
        if "HTTP_COOKIE" in headers:  # spoilt cookies beside the good ones
            good = "; ".join(f"{key}={item.value}" for key, item in browser.cookies.items())
            headers["HTTP_COOKIE"] = f"{good}; {headers['HTTP_COOKIE']}".strip("; ")
        return browser.send(
            request.method,
            request.body,
            request.content_type,
            PATH_INFO=unquote_to_bytes(request.path).decode("latin-1"),
            QUERY_STRING=request.query,
            **headers,
        )

    def _look(self, person: str, path: str) -> str:
        response = self.send(Request(person, "GET", path))
        return response.body.decode("utf-8", "replace") if response.status_code == 200 else ""

    def _judge(self, number: int, request: Request, response) -> None:
        report = self.report
        report.statuses[request.person, response.status_code] += 1
        if response.status_code == 200:
            report.reached[request.person] += 1
        where = f"#{number} {request.person} {request.method} {request.path[:120]}"
        if fault := broken(response):
            report.faults.append(f"{where}?{request.query[:200]}: {fault}{_cause(response)}")
        for mark in leaked(self.hidden[request.person], request, response):
            report.leaks.append(f"{where}?{request.query[:200]}: {mark.what} {mark.text}")


def leaked(hidden: list[Mark], request: Request, response) -> list[Mark]:
    """Return the marks in an answer that its reader may not see."""
    heads = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    text = response.body.decode("utf-8", "replace") + heads
    found = [mark for mark in hidden if mark.text in text]
    codes = [mark for mark in found if mark.is_code]
    if not codes:
        return found
    asked = re.sub(r"[^A-Z0-9]", "", request.everything().upper())
    return [mark for mark in found if not (mark.is_code and mark.text.replace("-", "") in asked)]


def _cause(response) -> str:
    if not response.exc_info:
        return ""
    error = response.exc_info[1]
    frame = traceback.extract_tb(response.exc_info[2])[-1]
    return f" [{type(error).__name__}: {str(error)[:120]} at {frame.filename[-60:]}:{frame.lineno}]"
