"""docs/queries.md: each SQL block, and below it what it prints on the sample wire's rows. Pure.

The answers stand between the block and the next heading, as a table that this module writes; the
test of the sample wire compares. `python -m desk.freshness.queries URL` writes the page anew from a
database that holds the three editions.
"""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import typer

from seeds import FOLDER

PAGE: Final = FOLDER.parent / "docs" / "queries.md"

_BLOCK: Final = re.compile(r"(```sql\n)(.*?)(```\n)(.*?)(?=\n## |\Z)", re.DOTALL)

# Columns and rows of a statement.
Ask = Callable[[str], tuple[Sequence[str], Sequence[Sequence[Any]]]]


def statements(page: str) -> dict[str, str]:
    """Return the page's statements by their headings."""
    found = {}
    for section in page.split("\n## ")[1:]:
        block = _BLOCK.search(section)
        assert block is not None, f"no SQL under {section.splitlines()[0]}"
        found[section.partition("\n")[0]] = block[2].strip()
    return found


def refreshed(page: str, ask: Ask) -> str:
    """Return the page with what each statement prints now."""
    return _BLOCK.sub(lambda b: f"{b[1]}{b[2]}{b[3]}\n{table(*ask(b[2]))}", page)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return an answer as a table of Markdown."""
    lines = [_line(columns), _line(["---"] * len(columns)), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = "" if value is None else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def main(url: str, path: Path = PAGE) -> None:
    """Write the page anew from the database at `url`."""
    from store import query
    from store.engine import create_engine

    engine = create_engine(url)

    def ask(statement: str) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        answer = query.sql(engine, statement)
        return answer.columns, answer.rows

    path.write_text(refreshed(path.read_text(encoding="utf-8"), ask), encoding="utf-8")
    engine.dispose()
    typer.echo(f"wrote {path.name}")


if __name__ == "__main__":
    main(sys.argv[1])
