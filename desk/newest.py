"""The end of a run: the newest articles as a table, and the commands to look further."""

from typing import Final

from rich.console import Console
from rich.table import Table

from desk.terminal import cell
from store import reader
from store.engine import from_settings
from store.reader import Newest
from wire.settings import Settings

_ROWS: Final = 15
# A cell holds this many entities; the rest are in the row.
_ENTITIES: Final = 5

_FURTHER: Final = """\
look further:
  wiredesk sql "select headline, dateline_place, dateline_country from wire.articles limit 10"
  wiredesk status
  wiredesk feeds list
  wiredesk trace URL
"""


def show(settings: Settings, console: Console) -> None:
    """Print the newest articles and what to type next."""
    engine = from_settings(settings.database)
    try:
        rows = reader.newest(engine, _ROWS)
    finally:
        engine.dispose()
    console.print(_table(rows))
    console.print(_FURTHER, markup=False, end="")


def _table(rows: list[Newest]) -> Table:
    table = Table(title="newest articles", title_justify="left", expand=False)
    for name in ("time", "agency", "dateline", "headline", "entities"):
        table.add_column(name, overflow="fold")
    for row in rows:
        place = row.dateline_name or row.dateline_place or ""
        where = f"{place}, {row.dateline_country}" if row.dateline_country else place
        named = ", ".join(row.entities[:_ENTITIES])
        at = (row.published_at or row.first_seen_at).strftime("%m-%d %H:%M")
        cells = (at, row.agency or "", where, row.headline or f"[{row.pub_status}]", named)
        table.add_row(*map(cell, cells))
    return table
