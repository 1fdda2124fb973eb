"""Blocks of the docs that show what a command prints."""

import subprocess
from pathlib import Path

import pytest

from desk.freshness.shown import bash, refreshed

PAGE = """Before.

<!-- generated -->
```console
$ one
old
$ two
```

```console
$ not marked
kept
```
"""


def test_marked_blocks_are_run_and_others_kept() -> None:
    asked = []

    def run(command: str) -> str:
        asked.append(command)
        return f"<{command}>\n"

    told = refreshed(PAGE, run)

    assert asked == ["one", "two"]
    assert "$ one\n<one>\n$ two\n<two>\n```" in told
    assert "$ not marked\nkept\n" in told
    assert refreshed(told, run) == told


def test_commands_run_in_the_root_with_our_programs_first(tmp_path: Path) -> None:
    run = bash(tmp_path)

    assert run("pwd; echo 'trailing  '") == f"{tmp_path}\ntrailing\n"
    assert run("python -c 'import pydantic; print(1)'") == "1\n"


def test_settings_of_the_person_who_runs_it_do_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREDESK_CONTACT", "me@desk.example")

    assert bash(tmp_path)('echo "[$WIREDESK_CONTACT]"') == "[]\n"


def test_a_command_that_fails_is_not_written_down(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        bash(tmp_path)("false")
