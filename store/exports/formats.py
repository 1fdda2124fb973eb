"""The formats of an export and what writes each."""

from collections.abc import Callable
from typing import BinaryIO, Literal

from store.exports import csv_lines, json_lines, ninjs, parquet
from store.exports.selection import Selection

Format = Literal["jsonl", "csv", "parquet", "ninjs"]


def write(
    selection: Selection, format_: Format, out: BinaryIO, agency_name: Callable[[str], str]
) -> int:
    """Write a selection in a format and return how many articles it had.

    `agency_name` gives the name of an agency by its id, for formats that print names.
    """
    writers: dict[Format, Callable[..., int]] = {
        "jsonl": json_lines.write,
        "csv": csv_lines.write,
        "parquet": parquet.write,
        "ninjs": ninjs.writer(agency_name),
    }
    return writers[format_](selection.records(), selection.columns, out)
