"""`python -m desk.freshness` on a copy of the project's files."""

import shutil
from pathlib import Path

import pytest

from desk.freshness.__main__ import main

ROOT = Path(__file__).parents[3]
FILES = [
    "pyproject.toml",
    "requirements.lock",
    "requirements-bootstrap.in",
    "requirements-bootstrap.lock",
    "requirements-image.lock",
    "desk/local/kafka.sha256",
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert main(["--write"], tmp_path) == 0
    return tmp_path


def test_what_was_just_written_is_fresh(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert main([], project) == 0
    assert capsys.readouterr().out == "nothing is stale\n"


def test_an_edited_schema_is_stale_and_written_anew(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = project / "docs/schemas/story.json"
    right = schema.read_text()
    schema.write_text(right + " ")

    assert main([], project) == 1
    assert "docs/schemas/story.json is stale: make docs" in capsys.readouterr().out
    assert main(["--write"], project) == 0
    assert schema.read_text() == right


def test_the_feeds_of_the_stack_are_written_from_the_sites(project: Path) -> None:
    feeds = (project / "seeds/sample/stack.opml").read_text()

    assert 'xmlUrl="http://tass.wire.sample/rss/v2.xml"' in feeds


def test_the_schema_of_a_message_that_is_gone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orphan = project / "docs/schemas/telegram.json"
    orphan.write_text("{}")

    assert main([], project) == 1
    assert "telegram.json is stale" in capsys.readouterr().out
    assert main(["--write"], project) == 0
    assert not orphan.exists()


def test_a_page_that_shows_old_output(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = project / "README.md"
    page.write_text("<!-- generated -->\n```console\n$ echo new\nold\n```\n")

    assert main([], project) == 1
    assert "README.md is stale: make docs" in capsys.readouterr().out
    assert main(["--write"], project) == 0
    assert "$ echo new\nnew\n" in page.read_text()


def test_a_stale_lock_is_not_written_anew(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace('"rich>=14"', '"rich>=14", "a-new-one>=1"'))

    assert main(["--write"], project) == 1
    assert "requirements.lock: no pin satisfies a-new-one>=1" in capsys.readouterr().out


def test_a_stale_bootstrap_lock(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "requirements-bootstrap.in").write_text("# the installer\nuv>=99\n")

    assert main([], project) == 1
    assert "requirements-bootstrap.lock: no pin satisfies uv>=99" in capsys.readouterr().out


def test_an_example_environment_that_lacks_a_variable(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".env.example").write_text("WIREDESK_CONTACT=\n")

    assert main([], project) == 1
    assert ".env.example lacks WIREDESK_DATA" in capsys.readouterr().out


def test_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--wirte"]) == 2
    assert "usage" in capsys.readouterr().err
