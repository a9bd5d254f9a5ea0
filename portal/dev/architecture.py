"""Draw the picture in docs/architecture.md from the imports of the code.

    python -m portal.dev.architecture            write the picture
    python -m portal.dev.architecture --check    exit 1 when the page shows another one

An arrow says "imports". Arrows that follow from two others are left out, so that the picture shows
the order of the rooms and not every import.
"""

import argparse
import sys
from pathlib import Path

import grimp

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PAGE = REPOSITORY / "docs" / "architecture.md"
APPS = ("portal", "payments", "dossiers", "services")
LEFT_OUT = {"apps", "management", "migrations", "templatetags", "urls", "admin"}
BEGIN, END = "<!-- picture: made by portal.dev.architecture -->", "<!-- end of picture -->"

Arrows = dict[str, set[str]]


def rooms() -> Arrows:
    """Return the packages and modules on the first level of each app, and what each imports."""
    graph = grimp.build_graph(*APPS, include_external_packages=False, cache_dir=None)
    arrows: Arrows = {}
    for module in sorted(graph.modules):
        room = room_of(module)
        if room is None:
            continue
        arrows.setdefault(room, set())
        for imported in graph.find_modules_directly_imported_by(module):
            target = room_of(imported)
            if target is not None and target != room:
                arrows[room].add(target)
    return arrows


def room_of(module: str) -> str | None:
    parts = module.split(".")
    if len(parts) < 2 or parts[1] in LEFT_OUT:
        return None
    return ".".join(parts[:2])


def reduced(arrows: Arrows) -> Arrows:
    """Leave out every arrow that a longer way replaces."""
    kept: Arrows = {}
    for room, targets in arrows.items():
        by_detour: set[str] = set()
        for target in targets:
            by_detour |= reachable(arrows, target)
        kept[room] = targets - by_detour
    return kept


def reachable(arrows: Arrows, start: str) -> set[str]:
    """Return every room that is imported by `start`, directly or not."""
    found: set[str] = set()
    waiting = list(arrows.get(start, ()))
    while waiting:
        room = waiting.pop()
        if room not in found:
            found.add(room)
            waiting += arrows.get(room, ())
    return found


def picture() -> str:
    """Return the Mermaid diagram."""
    arrows = rooms()
    lines = ["```mermaid", "flowchart TD"]
    for app in APPS:
        lines.append(f"    subgraph {app}")
        for room in arrows:
            if room.startswith(f"{app}."):
                lines.append(f'        {room}["{room.split(".")[1]}"]')
        lines.append("    end")
    for room, targets in sorted(reduced(arrows).items()):
        for target in sorted(targets):
            lines.append(f"    {room} --> {target}")
    lines.append("```")
    return "\n".join(lines)


def page_with(drawn: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    return f"{before}{BEGIN}\n{drawn}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="portal.dev.architecture")
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args(arguments)
    page = page_with(picture())
    if page == PAGE.read_text(encoding="utf-8"):
        return 0
    if options.check:
        print("docs/architecture.md shows another picture: python -m portal.dev.architecture")
        return 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
