"""Checks what import-linter cannot see: that templates, too, know only the rooms below their own.

    python -m portal.dev.template_rooms

A template may load the tags, and extend or include the templates, of its own room and of those
below. The files directly in templates/ are shared by all, so they may know no more than `services`
does. Templates of libraries (admin/, account/, allauth/) may be extended anywhere; where we replace
one, ours belongs to `portal`.
"""

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("services", "dossiers", "payments", "portal")  # each knows those before it
SHARED = "services"

LOAD = re.compile(r"{%\s*load\s+(?P<libraries>.*?)\s*%}", re.DOTALL)
TEMPLATE = re.compile(r"""{%\s*(?:extends|include)\s+["'](?P<name>[^"']+)["']""")


def problems(repository: Path = REPOSITORY) -> list[str]:
    """One sentence for each use of a higher room."""
    tag_rooms = rooms_of_tags(repository)
    found: list[str] = []
    for file, name in templates(repository):
        room = room_of(name) or "portal"
        text = file.read_text(encoding="utf-8")

        for tag_library in loaded(text):
            if is_above(tag_rooms.get(tag_library), room):
                found.append(
                    f"{name} ({room}) loads {tag_library}, the tags of {tag_rooms[tag_library]}"
                )
        for match in TEMPLATE.finditer(text):
            if is_above(room_of(match["name"]), room):
                found.append(f"{name} ({room}) uses {match['name']}")
    return found


def templates(repository: Path) -> list[tuple[Path, str]]:
    """Every template, with the name by which others call it."""
    roots = [repository / "templates"]
    for room in ROOMS:
        roots.append(repository / room / "templates")

    found = []
    for root in roots:
        for file in sorted(root.rglob("*")):
            if file.is_file():
                found.append((file, file.relative_to(root).as_posix()))
    return found


def rooms_of_tags(repository: Path) -> dict[str, str]:
    """The room of each tag library of ours; others may be loaded anywhere."""
    found = {}
    for room in ROOMS:
        for file in (repository / room / "templatetags").glob("*.py"):
            found[file.stem] = room
    return found


def room_of(template: str) -> str | None:
    """The room of a template, by its folder; None for the folders of libraries."""
    folder, slash, _file = template.partition("/")
    if not slash:
        return SHARED
    return folder if folder in ROOMS else None


def loaded(text: str) -> list[str]:
    """The tag libraries that a template loads, also in the form {% load tag from library %}."""
    found: list[str] = []
    for match in LOAD.finditer(text):
        words = match["libraries"].split()
        found += words[-1:] if "from" in words else words
    return found


def is_above(other: str | None, room: str) -> bool:
    """What belongs to a library (None) is above no room."""
    return other is not None and ROOMS.index(other) > ROOMS.index(room)


def main() -> int:
    found = problems()
    print("\n".join(found) or "Every template knows only its own room and those below.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
