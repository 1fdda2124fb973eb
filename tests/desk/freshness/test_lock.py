"""What makes a lock stale, seen without a network."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from desk.freshness.lock import closure, installed, parse, problems, strange_lines, unmet

HASH = "    --hash=sha256:" + "0" * 64
PROJECT = """
[project]
name = "desk"
dependencies = ["Alpha_One[fast]>=2,<3"]
[project.optional-dependencies]
dev = ["beta>=1"]
"""
LOCK = f"""alpha-one==2.4 \\
{HASH} \\
{HASH}
    # via
    #   desk (pyproject.toml)
    #   beta
beta==1.0 ; python_version < '3.13' \\
{HASH}
    # via desk (pyproject.toml)
beta==1.2 ; python_version >= '3.13' \\
{HASH}
    # via desk (pyproject.toml)
gamma==0.1 \\
{HASH}
    # via alpha-one
"""
REQUIRES = {
    "alpha-one": ["gamma>=0.1; extra == 'fast'", "delta; extra == 'slow'"],
    "gamma": ["winonly; sys_platform == 'nowhere'"],
}


def known(name: str) -> Sequence[str]:
    return REQUIRES.get(name, ())


def found(pyproject: str = PROJECT, lock: str = LOCK) -> list[str]:
    return problems(pyproject, lock, ("dev",), known)


def test_a_lock_that_answers_every_requirement_is_fresh() -> None:
    assert found() == []


def test_pins_are_read_with_hashes_and_askers() -> None:
    first, *_, last = parse(LOCK)

    assert (first.name, first.version, first.hashes) == ("alpha-one", "2.4", 2)
    assert first.via == {"desk", "beta"}
    assert last.name == "gamma"
    assert last.via == {"alpha-one"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("beta>=1", "beta>=2", "no pin satisfies beta>=2: make lock"),
        ("beta>=1", "omega", "no pin satisfies omega: make lock"),
        ("[fast]", "[fast,slow]", "no pin satisfies delta"),
    ],
)
def test_a_requirement_that_the_lock_does_not_know(old: str, new: str, said: str) -> None:
    assert any(problem.startswith(said) for problem in found(PROJECT.replace(old, new)))


def test_a_pin_whose_requirement_is_gone() -> None:
    said = found(PROJECT.replace('dev = ["beta>=1"]', "dev = []"))

    assert set(said) == {"beta is pinned for a requirement that is gone: make lock"}


def test_what_a_requirement_requires_is_looked_for_too() -> None:
    without = LOCK[: LOCK.index("gamma==")]

    assert found(lock=without) == ['no pin satisfies gamma>=0.1; extra == "fast": make lock']


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple",
        "-i mirror.example",
        "delta @ https://mirror.example/delta.whl",
        "delta>=1",
        "    # from https://mirror.example/simple",
    ],
)
def test_a_line_that_names_a_host_or_is_no_pin(line: str) -> None:
    assert strange_lines(LOCK + line + "\n")[0].startswith("line 16 is neither")


def test_a_pin_without_hash() -> None:
    assert strange_lines("alpha==1\nbeta==2 \\\n" + HASH) == ["alpha has no hash"]


def test_a_circle_of_requirements_ends() -> None:
    circle = {"a": ["b[x]"], "b": ["a; extra == 'x'"]}

    names = {r.name for r in closure([Requirement("a")], lambda name: circle.get(name, ()))}
    assert names == {"a", "b"}


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@given(st.lists(st.tuples(NAMES, st.integers(1, 99), st.integers(1, 3)), unique_by=lambda p: p[0]))
def test_a_lock_of_any_pins_is_read_back(pins: list[tuple[str, int, int]]) -> None:
    text = "".join(
        f"{name}=={version} \\\n" + f"{HASH} \\\n" * (hashes - 1) + f"{HASH}\n    # via desk\n"
        for name, version, hashes in pins
    )

    assert [(p.name, int(p.version), p.hashes) for p in parse(text)] == pins
    assert strange_lines(text) == []


def test_a_prerelease_may_be_pinned() -> None:
    assert unmet([Requirement("alpha>=1")], parse("alpha==2.0rc1 \\\n" + HASH)) == []


def test_what_is_not_installed_requires_nothing() -> None:
    assert installed("no-such-distribution-anywhere") == ()
    assert any(line.startswith("anyio") for line in installed("httpx"))


def test_our_own_lock_is_fresh() -> None:
    root = Path(__file__).parents[3]

    assert (
        problems((root / "pyproject.toml").read_text(), (root / "requirements.lock").read_text())
        == []
    )
