"""`python -m desk.freshness [--write]`: print what is stale and exit 1, or write it anew."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import typer
from packaging.requirements import Requirement

from desk.cli import app
from desk.freshness import commands, generated, lock, sbom, schema, shown
from seeds import FOLDER
from wire.settings import variables


def main(arguments: Sequence[str], root: Path = FOLDER.parent) -> int:
    """Return the exit code: 0 where nothing is stale, 1 where something is, 2 for a wrong call."""
    if arguments not in ([], ["--write"]):
        typer.echo("usage: python -m desk.freshness [--write]", err=True)
        return 2
    made = {
        **generated.files(),
        **commands.files(app),
        **schema.files(),
        sbom.SBOM: sbom.page(root),
    }
    texts = {**made, **shown_pages(root, made)}
    if arguments:
        write(root, texts)
    found = [*stale(root, texts), *locks(root), *env(root)]
    typer.echo("\n".join(found) or "nothing is stale")
    return 1 if found else 0


def shown_pages(root: Path, made: Collection[Path]) -> dict[Path, str]:
    """Return the pages of the docs that are not `made` whole, their marked blocks run anew."""
    run = shown.bash(root)
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return {
        page.relative_to(root): shown.refreshed(page.read_text(encoding="utf-8"), run)
        for page in sorted(pages)
        if page.relative_to(root) not in made
    }


def write(root: Path, texts: dict[Path, str]) -> None:
    """Write what differs, and take away the schemas of messages that are gone."""
    for path, text in texts.items():
        if _read(root / path) != text:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
            typer.echo(f"wrote {path}")
    for path in orphans(root, texts):
        (root / path).unlink()
        typer.echo(f"removed {path}")


def stale(root: Path, texts: dict[Path, str]) -> list[str]:
    """Return a problem for each file that is not what it should be."""
    differing = [path for path, text in texts.items() if _read(root / path) != text]
    return [f"{path} is stale: make docs" for path in [*differing, *orphans(root, texts)]]


def orphans(root: Path, texts: dict[Path, str]) -> list[Path]:
    """Return the schemas that no message has."""
    there = (root / generated.SCHEMAS).glob("*.json")
    return sorted(p.relative_to(root) for p in there if p.relative_to(root) not in texts)


def locks(root: Path) -> list[str]:
    """Return what is wrong with the two locks."""
    main_lock = (root / "requirements.lock").read_text(encoding="utf-8")
    first_lock = (root / "requirements-bootstrap.lock").read_text(encoding="utf-8")
    first = (root / "requirements-bootstrap.in").read_text(encoding="utf-8").splitlines()
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    wanted = [Requirement(line) for line in first if line and not line.startswith("#")]
    return [
        *(f"requirements.lock: {problem}" for problem in lock.problems(pyproject, main_lock)),
        *(
            f"requirements-bootstrap.lock: {problem}"
            for problem in [
                *lock.strange_lines(first_lock),
                *lock.unmet(wanted, lock.parse(first_lock)),
            ]
        ),
    ]


def env(root: Path) -> list[str]:
    """Return what is wrong with .env.example, where there is one."""
    example = _read(root / ".env.example")
    return [] if example is None else generated.env_problems(example, variables())


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
