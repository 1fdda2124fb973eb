"""Many values in one statement: handed over as arrays, and rows as arrays unnested. Pure.

A statement has the same text for one value and for a thousand, so it is compiled once, and costs
one round trip.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import InstrumentedAttribute


def rows(**columns: tuple[sa.types.TypeEngine[Any], Sequence[Any]]) -> sa.TableValuedAlias:
    """Return a table of the columns given, each as its type and its values, in their order.

    The values go to the driver as they are: SQLAlchemy would look at each one of an array.
    """
    arrays = [_array(type_, values) for type_, values in columns.values()]
    typed = [sa.column(name, type_) for name, (type_, _) in columns.items()]
    return sa.func.unnest(*arrays).table_valued(*typed).render_derived(name="given")


def any_of(
    column: InstrumentedAttribute[Any], values: Iterable[Any], type_: Any
) -> sa.ColumnElement[bool]:
    """Return `column = ANY(array)`."""
    bound = sa.bindparam(None, literal(values), type_=sa.types.NullType())
    return column == sa.any_(sa.cast(bound, pg.ARRAY(type_)))


def literal(values: Iterable[Any]) -> str:
    """Return values of one type as PostgreSQL writes an array of them.

    For numbers, texts, bytes, UUIDs and times. SQLAlchemy and the driver would look at each value
    to find out what it is; a batch has thousands.
    """
    listed = list(values)
    if not listed:
        return "{}"
    write: Callable[[Any], str] = str
    if isinstance(listed[0], str):
        write = _quoted
    elif isinstance(listed[0], bytes):
        write = _hexadecimal
    return "{" + ",".join(map(write, listed)) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _hexadecimal(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


def _array(type_: sa.types.TypeEngine[Any], values: Sequence[Any]) -> sa.Cast[Any]:
    if isinstance(type_, sa.Float):
        # a whole number among fractions is one too: the driver takes no mixed lists
        values = [None if value is None else float(value) for value in values]
    bound = sa.bindparam(None, list(values), type_=sa.types.NullType())
    return sa.cast(bound, pg.ARRAY(type_))
