"""Every command of docs/runbook.md that asks this desk something, run on a desk at work."""

import re
import shlex

import pytest

from tests.docs.pages import ROOT, command_lines, commands
from tests.operations.conftest import Desk

pytestmark = pytest.mark.slow

LINES = list(command_lines((ROOT / "docs" / "runbook.md").read_text()))
EXEC = [
    words[words.index("exec") + 2 :]
    for line in LINES
    for words in commands(line)
    if "exec" in words
]
WIREDESK = sorted({shlex.join(words[1:]) for words in EXEC if words[0] == "wiredesk"})
SQL = sorted({words[-1] for words in EXEC if words[0] == "psql"})


@pytest.mark.parametrize("command", WIREDESK)
def test_a_command_of_the_runbook_does_what_it_is_for(command: str, desk: Desk) -> None:
    if command.startswith(("feeds check", "kill", "reinstate")):
        pytest.skip("it asks the world, or takes a kill that waits; tests/desk/cli has its tests")
    story = "https?://example.com/story/1|0{8}-0000-0000-0000-0{12}"
    command = re.sub(story, min(desk.site.urls), command)
    # what it watches it shows once; the loop itself has its own test
    command = command.replace(" --watch 5", "")
    assert desk.ask(*shlex.split(command))


@pytest.mark.parametrize("statement", SQL)
def test_a_question_of_the_runbook_is_one_that_the_database_takes(
    statement: str, desk: Desk
) -> None:
    assert isinstance(desk.pipeline.rows(statement), list)


def test_the_runbook_has_commands_for_the_desk_and_for_its_database() -> None:
    assert len(WIREDESK) > 8
    assert len(SQL) >= 2
