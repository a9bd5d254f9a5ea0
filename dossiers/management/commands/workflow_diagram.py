"""Draw docs/workflow.md from the table of moves, or tell that it no longer says the same.

manage.py workflow_diagram            write the page
manage.py workflow_diagram --check    exit 1 when the page on disk is not the one that would be
written
"""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from dossiers.models import Document
from dossiers.moves import MOVES, Action, Clock, Move
from dossiers.states import FINAL, State

HEAD = """\
# Đường đi của một hồ sơ

Trang này do `manage.py workflow_diagram` viết ra từ `dossiers/states.py` và `dossiers/moves.py`;
xin sửa bảng ở đó rồi chạy lại lệnh.
"""
STATES_HEAD = """\
## Trạng thái

| Trạng thái | Trong mã nguồn | Mã quốc gia | |
| --- | --- | --- | --- |
"""
ACTIONS_HEAD = """\
## Thao tác

| Thao tác | Từ | Đến | Ai | Thời hạn | Thư báo | Giấy tờ | Cần lý do |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


class Command(BaseCommand):
    help = (
        "Write docs/workflow.md from the table of moves; --check only tells whether it is current."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing, exit 1 when the page is not current",
        )

    def handle(self, *args, check: bool, **options) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "workflow.md"
        written, true = path.read_text(encoding="utf-8") if path.exists() else "", page()
        if written == true:
            return
        if check:
            raise CommandError(
                "docs/workflow.md is not what dossiers/moves.py says; run workflow_diagram."
            )
        path.parent.mkdir(exist_ok=True)
        path.write_text(true, encoding="utf-8")
        self.stdout.write("docs/workflow.md written")


def page() -> str:
    """Return the whole page, in Vietnamese whatever the language of the moment."""
    with translation.override("vi"):
        return "\n".join([HEAD, diagram(), states(), actions()])


def diagram() -> str:
    """Return the Mermaid diagram.

    Moves between the same two states share an arrow; a move that stays is not drawn.
    """
    arrows: dict[tuple[State, State], list[str]] = {}
    for action, move in MOVES.items():
        for source in in_order(move):
            if move.target:
                arrows.setdefault((source, move.target), []).append(str(action.label))
    lines = [f'    state "{state.label}" as {state.value}' for state in State]
    lines += [f"    [*] --> {State.DRAFT.value}"]
    lines += [
        f"    {source.value} --> {target.value}: {' / '.join(words)}"
        for (source, target), words in arrows.items()
    ]
    lines += [f"    {state.value} --> [*]" for state in State if state in FINAL]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def states() -> str:
    """Return the table of states with the codes that are exchanged with the national portal."""
    rows = [
        row(
            state.label,
            f"`{state.value}`",
            state.record.national_code or "–",
            "kết thúc" if state in FINAL else "",
        )
        for state in State
    ]
    return STATES_HEAD + "".join(rows)


def actions() -> str:
    """Return the table of moves."""
    return ACTIONS_HEAD + "".join(action_row(action, move) for action, move in MOVES.items())


def action_row(action: Action, move: Move) -> str:
    return row(
        f"{action.label} `{action.value}`",
        "; ".join(str(state.label) for state in in_order(move)),
        move.target.label if move.target else "không đổi",
        ", ".join(str(role.label) for role in sorted(move.roles)),
        "" if move.clock == Clock.NONE else move.clock.label,
        f"`{move.letter}`" if move.letter else "",
        Document.Kind(move.paper).label if move.paper else "",
        "có" if move.needs_reason else "",
    )


def in_order(move: Move) -> list[State]:
    return [state for state in State if state in move.sources]


def row(*cells) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"
