"""Every command line of the docs names what there is: commands, options, targets, files."""

import importlib.util
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.exceptions

from desk.cli import app
from tests.docs.pages import ROOT, command_lines, commands, pages
from wire.settings import variables

LINES = [(page, line) for page in pages() for line in command_lines(page.read_text("utf-8"))]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+)(?: [a-z -]*)?:", MAKEFILE, re.MULTILINE)) | {
    "schemas",
    "docs",
}
MAKE_VARIABLES = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, re.MULTILINE))
# Programs of others, whose options are not ours to check.
OTHERS = set("cd cp curl df echo git grep head jq kafka-topics.sh kcat kill printf psql tail".split())
# Options of docker compose that take a word after them.
WITH_VALUE = {"--profile", "--scale", "--since", "--tail"}


@pytest.mark.parametrize(("page", "line"), LINES, ids=lambda value: str(value)[-60:])
def test_a_command_of_the_docs_is_one(page: Path, line: str) -> None:
    for words in commands(line):
        check(words)


def check(words: Sequence[str]) -> None:
    """Fail where `words` are no command that a reader could run."""
    while words and re.match(r"[A-Z_]+=", words[0]):
        name = words[0].partition("=")[0]
        assert not name.startswith("WIREDESK_") or name in variables(), name
        words = words[1:]
    program, arguments = words[0], words[1:]
    match Path(program).name:
        case "wiredesk":
            check_wiredesk(arguments)
        case "make":
            check_make(arguments)
        case "python" | "python3":
            check_python(arguments)
        case "docker":
            check_docker(arguments)
        case "run" if program == ".ci/run":
            assert (ROOT / program).exists()
        case other:
            assert other in OTHERS, other


def check_wiredesk(words: Sequence[str]) -> None:
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    assert not hasattr(command, "commands") or rest[:1] == ["--help"], f"no such command: {words}"
    if rest != ["--help"]:
        # parses and checks every option and argument, and runs nothing
        command.make_context("wiredesk", rest)


def check_make(words: Sequence[str]) -> None:
    for word in words:
        name, sign, _ = word.partition("=")
        assert name in (MAKE_VARIABLES if sign else TARGETS), word


def check_python(words: Sequence[str]) -> None:
    assert words[0] == "-m"
    assert importlib.util.find_spec(words[1]) is not None
    for word in words[2:]:
        assert not word.startswith("tests/") or (ROOT / word).exists(), word


def check_docker(words: Sequence[str]) -> None:
    assert words[0] == "compose"
    rest = list(words[1:])
    if rest[0] == "--profile":
        assert f"profiles: [{rest[1]}]" in COMPOSE
        rest = rest[2:]
    verb, *rest = rest
    assert verb in {"up", "down", "logs", "exec", "ps", "build", "pull", "restart", "run"}
    for option, word in pairwise(rest):
        if option == "--scale":
            assert word.partition("=")[0] in services(), word
    named = [
        word
        for before, word in pairwise(["", *rest])
        if not word.startswith("-") and before not in WITH_VALUE
    ]
    if verb in {"exec", "run"}:
        service, *inner = named[:1] + rest[rest.index(named[0]) + 1 :]
        assert service in services(), service
        if inner:
            check(inner)
    else:
        assert set(named) <= services(), named


def services() -> set[str]:
    """Return the services of docker-compose.yml."""
    text = COMPOSE.split("\nservices:\n")[1]
    return set(re.findall(r"^  ([a-z-]+):", text.split("\nnetworks:")[0], re.MULTILINE))


@pytest.mark.parametrize(
    "line",
    [
        "wiredesk nonsense",
        "wiredesk sample serve --prot 80",
        "wiredesk sample expected --edition 99",
        "make nothing",
        "make run FOODS=x",
        "WIREDESK_NONSENSE=1 make run",
        "python -m desk.nonsense",
        "rm -rf .",
    ],
)
def test_a_command_that_is_none_is_found(line: str) -> None:
    with pytest.raises((AssertionError, typer.exceptions.TyperException, ModuleNotFoundError)):
        check(commands(line)[0])
