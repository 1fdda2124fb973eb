"""Whether a hashed lock still answers the requirements it was made from. Pure but for `installed`.

What `uv pip compile` would resolve today can't be known offline; what makes a lock wrong can: a
requirement without a pin that satisfies it, a pin that nothing asks for any more, a pin without a
hash, a line that names a host. Requirements of requirements are read from what is installed, which
`make setup` installs from the lock itself.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# What `make lock` resolves; `atlas` is for rebuilding data alone.
EXTRAS: Final = ("local", "parquet", "dev")

_PIN: Final = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)")
_HASH: Final = re.compile(r"\s+--hash=sha256:[0-9a-f]{64}( \\)?")
_VIA: Final = re.compile(r"\s+#\s+(?!via$)(?:via )?(\S+)(?: \(pyproject\.toml\))?")

Installed = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned version; `via` names who asked for it, this project among them."""

    name: str
    version: str
    hashes: int
    via: frozenset[str]


def installed(name: str) -> Sequence[str]:
    """Return what an installed distribution requires; nothing where it is not installed."""
    try:
        return requires(name) or ()
    except PackageNotFoundError:
        return ()


def problems(
    pyproject: str, lock: str, extras: Sequence[str] = EXTRAS, known: Installed = installed
) -> list[str]:
    """Return what is wrong with `lock`, the text of a lock of the texts in `pyproject`."""
    project = tomllib.loads(pyproject)["project"]
    texts = [*project["dependencies"]]
    for extra in extras:
        texts += project["optional-dependencies"][extra]
    wanted = [Requirement(text) for text in texts]
    pins = parse(lock)
    return [
        *strange_lines(lock),
        *unmet(closure(wanted, known), pins),
        *_left_over(wanted, pins, project["name"]),
    ]


def parse(lock: str) -> list[Pin]:
    """Return the pins of a lock in its order; a package may have several, told apart by markers."""
    pins: list[Pin] = []
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            pins.append(Pin(canonicalize_name(pin[1]), pin[2], 0, frozenset()))
        elif pins and _HASH.fullmatch(line):
            last = pins[-1]
            pins[-1] = Pin(last.name, last.version, last.hashes + 1, last.via)
        elif pins and (via := _VIA.fullmatch(line)):
            last = pins[-1]
            pins[-1] = Pin(last.name, last.version, last.hashes, last.via | {via[1]})
    return pins


def strange_lines(lock: str) -> list[str]:
    """Return a problem for each line that names a host or sets an option, and each lost hash."""
    found = [
        f"line {number} is neither pin nor hash nor comment: {line.strip()}"
        for number, line in enumerate(lock.splitlines(), 1)
        if "://" in line or not (_PIN.match(line) or _HASH.fullmatch(line) or _is_comment(line))
    ]
    return found + [f"{pin.name} has no hash" for pin in parse(lock) if not pin.hashes]


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def closure(wanted: Iterable[Requirement], known: Installed) -> list[Requirement]:
    """Return `wanted` and all that they require here, by what `known` says of each."""
    found: dict[tuple[str, frozenset[str], str], Requirement] = {}
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras), str(requirement.specifier))
        if key in found:
            continue
        found[key] = requirement
        waiting += [
            inner
            for inner in map(Requirement, known(name))
            if _applies(inner, requirement.extras or {""})
        ]
    return list(found.values())


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


def unmet(wanted: Iterable[Requirement], pins: Sequence[Pin]) -> list[str]:
    """Return a problem for each requirement that no pin satisfies."""
    return sorted(
        f"no pin satisfies {requirement}: make lock"
        for requirement in wanted
        if not any(
            pin.name == canonicalize_name(requirement.name)
            and requirement.specifier.contains(pin.version, prereleases=True)
            for pin in pins
        )
    )


def _left_over(wanted: Iterable[Requirement], pins: Sequence[Pin], project: str) -> list[str]:
    names = {canonicalize_name(requirement.name) for requirement in wanted}
    return [
        f"{pin.name} is pinned for a requirement that is gone: make lock"
        for pin in pins
        if project in pin.via and pin.name not in names
    ]
