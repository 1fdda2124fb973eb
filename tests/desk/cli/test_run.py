"""A wrong call of `wiredesk run` is said before any server starts: one line, exit 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(folder: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    return subprocess.run(
        [sys.executable, "-m", "desk.cli", "run", "--data", str(folder), *arguments],
        env={**clean, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "env", "told"),
    [
        ([], {}, "WIREDESK_CONTACT"),
        (["--sample", "--feeds", "x.opml"], {}, "--sample has feeds of its own"),
        (["--feeds", "no-such.opml"], {"WIREDESK_CONTACT": "a@b.example"}, "no-such.opml"),
        (["--feeds", "README.md"], {"WIREDESK_CONTACT": "a@b.example"}, "README.md can't be read"),
        (["--sample"], {"WIREDESK_POOL": "4"}, "WIREDESK_POOL"),
    ],
)
def test_a_wrong_call_exits_2_and_starts_nothing(
    tmp_path: Path, arguments: list[str], env: dict[str, str], told: str
) -> None:
    done = run(tmp_path / "data", *arguments, **env)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_is_a_file_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = run(tmp_path / "file", "--sample")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "can't store" in done.stderr
