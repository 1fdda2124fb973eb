"""`wiredesk export`: articles as a file for other programs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from desk.cli.context import CallError, Data, database, err

if TYPE_CHECKING:
    from store.exports.selection import Filters

Format = Annotated[
    Literal["jsonl", "csv", "parquet", "ninjs"],
    typer.Option("--format", help="ninjs is IPTC's, version 3.0, an object a line."),
]
Since = Annotated[
    str | None, typer.Option(help="Published then or later: a date, or a time in ISO 8601.")
]
Until = Annotated[str | None, typer.Option(help="Published before then.")]
Agencies = Annotated[list[str] | None, typer.Option("--agency", help="Its id; may be repeated.")]
Countries = Annotated[
    list[str] | None, typer.Option("--country", help="Filed from there: ISO 3166-1 alpha-2.")
]
Focus = Annotated[
    list[str] | None, typer.Option("--focus-country", help="About it: ISO 3166-1 alpha-2.")
]
Entities = Annotated[
    list[str] | None, typer.Option("--entity", help="Names it: an entity's id, name or alias.")
]
Languages = Annotated[list[str] | None, typer.Option("--language", help="ISO 639-1.")]
Output = Annotated[
    Path | None, typer.Option(help="A file, there once it is whole; standard output without.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    output_format: Format = "jsonl",
    *,
    since: Since = None,
    until: Until = None,
    agency: Agencies = None,
    country: Countries = None,
    focus_country: Focus = None,
    entity: Entities = None,
    language: Languages = None,
    output: Output = None,
    data: Data = None,
) -> None:
    """Write articles with their entities: those that all filters choose, oldest first."""
    from store.exports.selection import Filters, UnknownEntityError

    if output is None and output_format == "parquet" and sys.stdout.isatty():
        raise CallError("parquet is no text for a terminal: name a file with --output")
    filters = Filters(
        since=_time(since),
        until=_time(until),
        agencies=tuple(agency or ()),
        countries=_codes(country, upper=True),
        focus_countries=_codes(focus_country, upper=True),
        languages=_codes(language, upper=False),
        entities=tuple(entity or ()),
    )
    try:
        count = _write(filters, output_format, output, data)
    except UnknownEntityError as error:
        raise CallError(str(error)) from error
    err.print(f"exported {count}")


def _write(
    filters: "Filters",
    output_format: Literal["jsonl", "csv", "parquet", "ninjs"],
    output: Path | None,
    data: Path | None,
) -> int:
    from store.exports.formats import write
    from store.exports.selection import select

    with database(data) as engine, select(engine, filters) as selection, _opened(output) as out:
        return write(selection, output_format, out, _agency_name)


def _agency_name(agency_id: str) -> str:
    from atlas.agencies import agencies

    found = agencies().get(agency_id)
    return found.name if found else agency_id


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """Open what is written to; a file has its name only when it is whole."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = output.with_name(f"{output.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(output)
    except OSError as error:
        raise CallError(f"can't write {output}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _time(text: str | None) -> datetime | None:
    """Read a date or time; one without a zone is in UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CallError(
            f"{text} is no date or time: 2026-11-23, 2026-11-23T12:00, 2026-11-23T12:00+01:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _codes(given: list[str] | None, *, upper: bool) -> tuple[str, ...]:
    return tuple(code.upper() if upper else code.lower() for code in given or ())
