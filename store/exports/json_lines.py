"""Articles as JSON lines: every column of wire.articles but the search vector, and entities."""

from collections.abc import Iterable
from typing import BinaryIO

from store.exports.cells import json_text
from store.exports.selection import Record


def write(records: Iterable[Record], columns: Iterable[str], out: BinaryIO) -> int:
    """Write one line a record and return how many; each has the keys of `columns` and entities."""
    count = 0
    for record in records:
        line = {name: record[name] for name in (*columns, "entities")}
        out.write(json_text(line).encode() + b"\n")
        count += 1
    return count
