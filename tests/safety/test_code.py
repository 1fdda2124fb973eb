"""What no module of ours may do, looked for in the code itself.

ruff's security rules see evaluation, shells and most pickles; what is looked for here they don't.
"""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from seeds import FOLDER

# Python's own reading of a pattern; typeshed does not know the modules.
opcodes: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

ROOT = FOLDER.parent
STAGES = ("wire", "atlas", "ingest", "enrich", "store", "desk")
MODULES = sorted(
    path.relative_to(ROOT)
    for stage in STAGES
    for path in (ROOT / stage).rglob("*.py")
    if "migrations" not in path.parts and "training" not in path.parts
)
# Modules that undo pickles, open archives or images, or parse XML with entities and network.
FORBIDDEN = {
    "pickle", "marshal", "shelve", "dill", "joblib",
    "zipfile", "tarfile", "shutil.unpack_archive", "PIL",
    "xml.etree", "xml.dom", "xml.sax.parse", "xml.sax.make_parser", "xml.sax.parseString",
    "lxml.objectify",
}  # fmt: skip
# The door decodes what HTTP encoded, and counts what comes out; the gazetteer is data of ours.
UNPACKS = {
    Path("ingest/web/decode.py"),
    Path("atlas/table.py"),
    Path("atlas/build_gazetteer.py"),
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def below(names: set[str], forbidden: set[str]) -> list[str]:
    return [n for n in names if any(n == each or n.startswith(f"{each}.") for each in forbidden)]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_pickle_no_archive_no_image_and_no_lax_xml(path: Path) -> None:
    assert not below(set(imported(path)), FORBIDDEN)


def test_only_the_door_undoes_compression() -> None:
    assert {path for path in MODULES if unpacks(path)} == UNPACKS


def unpacks(path: Path) -> bool:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = (node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return any(name.startswith("decompress") for name in names)


def patterns() -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    """Every compiled pattern that a module of ours holds, with its name."""
    for path in MODULES:
        if path.name == "__main__.py":
            continue
        name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for attribute, value in vars(import_module(name)).items():
            if isinstance(value, re.Pattern):
                yield f"{name}.{attribute}", value


def test_no_pattern_repeats_what_repeats_without_end() -> None:
    """`(a+)+` takes exponential time; a possessive or atomic inside can't give back, and may."""
    found = list(patterns())
    assert len(found) > 50
    assert not [name for name, pattern in found if explodes(pattern)]


@pytest.mark.parametrize("bad", [r"(a+)+b", r"(?:\w*\s?)*x", r"(?:(?:x|y+)z?)+"])
def test_the_look_at_patterns_finds_what_explodes(bad: str) -> None:
    assert explodes(re.compile(bad))


@pytest.mark.parametrize(
    "good", [r"(?:a++)+b", r"((ab*)*c)*", r"(?:\w+,)+x", r"a+b+", r"(?>a+)*", r"(?:ab{2,9})*"]
)
def test_the_look_at_patterns_lets_pass_what_does_not(good: str) -> None:
    assert not explodes(re.compile(good))


def explodes(pattern: "re.Pattern[Any]") -> bool:
    return any(_repeats_repeats(item) for item in parser.parse(pattern.pattern, pattern.flags))


def _repeats_repeats(item: Any) -> bool:
    """Say whether a turn of an endless repeat may be an endless repeat and nothing else."""
    operation, argument = item
    if operation in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT):
        _, most, inner = argument
        if most == opcodes.MAXREPEAT and any(map(_ambiguous, _turns(inner))):
            return True
    return any(_repeats_repeats(each) for part in _parts(argument) for each in part)


def _turns(inner: Any) -> list[list[Any]]:
    """The ways of one turn of a repeat, groups opened and branches told apart."""
    ways: list[list[Any]] = [[]]
    for operation, argument in inner:
        if operation is opcodes.SUBPATTERN:
            more = _turns(argument[3])
        elif operation is opcodes.BRANCH:
            more = [way for branch in argument[1] for way in _turns(branch)]
        else:
            more = [[(operation, argument)]]
        ways = [way + end for way in ways for end in more]
    return ways


def _ambiguous(turn: list[Any]) -> bool:
    """Say whether the turn has an endless repeat, and nothing else that must be there."""
    endless = [
        item
        for item in turn
        if item[0] in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT) and item[1][1] == opcodes.MAXREPEAT
    ]
    must = [item for item in turn if item not in endless and not _may_be_empty(item)]
    return bool(endless) and not must


def _may_be_empty(item: Any) -> bool:
    operation, argument = item
    if operation in (opcodes.AT, opcodes.ASSERT, opcodes.ASSERT_NOT):
        return True
    repeats = (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT)
    return operation in repeats and argument[0] == 0


def _parts(argument: Any) -> Iterator[Any]:
    """What is nested in an item's argument."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _parts(each)
