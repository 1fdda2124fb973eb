"""Many rows in one statement: columns handed over as arrays, unnested by the database. Pure.

A statement has the same text for one row and for a thousand, so it is compiled once, and costs one
round trip.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg


def rows(**columns: tuple[sa.types.TypeEngine[Any], Sequence[Any]]) -> sa.TableValuedAlias:
    """Return a table of the columns given, each as its type and its values, in their order.

    The values go to the driver as they are: SQLAlchemy would look at each one of an array.
    """
    arrays = [_array(type_, values) for type_, values in columns.values()]
    typed = [sa.column(name, type_) for name, (type_, _) in columns.items()]
    return sa.func.unnest(*arrays).table_valued(*typed).render_derived(name="given")


def _array(type_: sa.types.TypeEngine[Any], values: Sequence[Any]) -> sa.Cast[Any]:
    if isinstance(type_, sa.Float):
        # a whole number among fractions is one too: the driver takes no mixed lists
        values = [None if value is None else float(value) for value in values]
    bound = sa.bindparam(None, list(values), type_=sa.types.NullType())
    return sa.cast(bound, pg.ARRAY(type_))
