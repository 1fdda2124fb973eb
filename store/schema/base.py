"""What all tables share: the metadata, the schema they live in, and the column types. Pure."""

import datetime as dt
import uuid
from typing import Annotated, Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Tables; nobody but this project's own roles sees them.
DATA: Final = "wire_data"
# Views: the contract with those downstream.
VIEWS: Final = "wire"

Time = Annotated[dt.datetime, mapped_column(sa.TIMESTAMP(timezone=True))]
OptionalTime = Annotated[dt.datetime | None, mapped_column(sa.TIMESTAMP(timezone=True))]
Times = Annotated[list[dt.datetime], mapped_column(pg.ARRAY(sa.TIMESTAMP(timezone=True)))]
Texts = Annotated[list[str], mapped_column(pg.ARRAY(sa.Text))]
Json = Annotated[dict[str, Any], mapped_column(pg.JSONB)]


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = sa.MetaData(
        schema=DATA,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: sa.Text,
        bytes: pg.BYTEA,
        float: sa.Double,
        uuid.UUID: sa.Uuid,
        dt.date: sa.Date,
    }


def one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    """Return the constraint that `column` holds one of `values`, or null."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)
