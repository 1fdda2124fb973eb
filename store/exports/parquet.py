"""Articles as Parquet, by the extra `parquet`: typed columns, row groups of bounded size."""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO, Final

from store.exports.cells import json_text
from store.exports.selection import Record
from wire.errors import WireError

# Articles in a row group: some ten megabytes, which is what a writer and a reader hold at once.
_GROUP: Final = 2_000

_MISSING: Final = "parquet needs pyarrow: install wiredesk with its extra `parquet`"


class NoParquetError(WireError):
    """The library that writes Parquet is not installed."""


def write(records: Iterable[Record], columns: Mapping[str, str], out: BinaryIO) -> int:
    """Write a Parquet file and return how many records it holds.

    Raises:
        NoParquetError: pyarrow is not installed.
    """
    arrow, parquet = _libraries()
    schema = _schema(arrow, columns)
    count = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _groups(records):
            rows = [_row(record, columns) for record in group]
            writer.write_table(arrow.Table.from_pylist(rows, schema=schema))
            count += len(rows)
    return count


def _libraries() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise NoParquetError(_MISSING) from error


def _groups(records: Iterable[Record]) -> Iterator[list[Record]]:
    left = iter(records)
    while group := list(islice(left, _GROUP)):
        yield group


def _row(record: Record, columns: Mapping[str, str]) -> Record:
    row = {name: _value(record[name], type_) for name, type_ in columns.items()}
    row["entities"] = record["entities"]
    return row


def _value(value: Any, type_: str) -> Any:
    if value is None:
        return None
    # objects differ from row to row: text that every reader can parse
    if type_ == "jsonb":
        return json_text(value)
    return str(value) if type_ == "uuid" else value


def _schema(arrow: Any, columns: Mapping[str, str]) -> Any:
    types = {
        "bool": arrow.bool_(),
        "int2": arrow.int16(),
        "int4": arrow.int32(),
        "int8": arrow.int64(),
        "float4": arrow.float32(),
        "float8": arrow.float64(),
        "date": arrow.date32(),
        "timestamptz": arrow.timestamp("us", tz="UTC"),
        "_text": arrow.list_(arrow.string()),
    }
    fields = [arrow.field(name, types.get(t, arrow.string())) for name, t in columns.items()]
    return arrow.schema([*fields, arrow.field("entities", arrow.list_(_entity(arrow)))])


def _entity(arrow: Any) -> Any:
    text = arrow.string()
    return arrow.struct(
        {
            "id": text,
            "label": text,
            "name": text,
            "country": text,
            "lat": arrow.float64(),
            "lon": arrow.float64(),
            "geoname_id": arrow.int64(),
            "mentions": arrow.int32(),
        }
    )
