"""docs/workflow.md says what the table of moves says."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from dossiers.management.commands import workflow_diagram
from dossiers.moves import MOVES, Action
from dossiers.states import State


@pytest.fixture
def path(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    return tmp_path / "docs" / "workflow.md"


def test_page_in_the_repository_is_current():
    call_command("workflow_diagram", "--check")


def test_page_is_written_once_and_then_current(path, capsys):
    call_command("workflow_diagram")
    assert "written" in capsys.readouterr().out
    call_command("workflow_diagram", "--check")
    call_command("workflow_diagram")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("stale", [None, "", "# Đường đi của một hồ sơ\n"])
def test_page_that_is_not_current_is_told_and_left_alone(path, stale):
    if stale is not None:
        path.parent.mkdir()
        path.write_text(stale)
    with pytest.raises(CommandError, match="run workflow_diagram"):
        call_command("workflow_diagram", "--check")
    assert path.exists() == (stale is not None)
    assert stale is None or path.read_text() == stale


def test_every_state_and_every_move_is_on_the_page():
    page = workflow_diagram.page()
    for state in State:
        assert f'state "{state.label}" as {state.value}' in page
    for action in Action:
        assert f"| {action.label} `{action.value}` |" in page
    arrows = {
        (source, edge.target) for edge in MOVES.values() for source in edge.sources if edge.target
    }
    for source, target in arrows:
        assert f"    {source.value} --> {target.value}: " in page


def test_page_is_vietnamese_whatever_the_language_of_the_moment():
    page = workflow_diagram.page()
    with translation.override("en"):
        assert workflow_diagram.page() == page
