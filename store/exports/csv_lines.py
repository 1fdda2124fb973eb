"""Articles as CSV: the columns of the JSON lines, lists and objects as JSON within their cell."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from store.exports.cells import csv_cell
from store.exports.selection import Record


def write(records: Iterable[Record], columns: Iterable[str], out: BinaryIO) -> int:
    """Write a header and one row a record; return how many records."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    rows = csv.writer(text)
    names = (*columns, "entities")
    rows.writerow(names)
    count = 0
    for record in records:
        rows.writerow([csv_cell(record[name]) for name in names])
        count += 1
    # the stream is the caller's to close
    text.detach()
    return count
