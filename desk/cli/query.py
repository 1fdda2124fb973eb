"""`wiredesk sql | status | trace | explain | changes`: what stands in database and topics."""

import csv
import json
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from desk.cli.context import CallError, Data, database, err, out, prepared
from desk.forms import jsonable
from desk.terminal import cell, plain
from wire.errors import Wait
from wire.stop import Stop

if TYPE_CHECKING:
    from desk.status import Status

Format = Annotated[
    Literal["table", "csv", "json", "jsonl"], typer.Option("--format", help="For eyes or machines.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(sql)
    app.command()(status)
    app.command()(trace)
    app.command()(explain)
    app.command()(changes)


def sql(
    statement: Annotated[str, typer.Argument(help="One statement, run as wire_reader.")],
    output: Format = "table",
    data: Data = None,
) -> None:
    """Run one SQL statement on the views of schema `wire`, read-only."""
    from store import query

    try:
        with database(data) as engine:
            answer = query.sql(engine, statement)
    except query.BadQueryError as error:
        raise CallError(str(error)) from error
    _print(answer.columns, answer.rows, output)
    if answer.more:
        err.print(f"more rows were left out after {len(answer.rows)}: narrow the question")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    watch: Annotated[
        float | None, typer.Option(help="Look again each time as many seconds pass.", min=0.5)
    ] = None,
    data: Data = None,
) -> None:
    """Show how things stand: stages and their lag, rows, feeds, what waits for a person."""
    from desk import status as desk_status

    settings = prepared(data)
    if watch is None:
        _tell_status(desk_status.look(settings), as_json=as_json)
        return
    stop = Stop().listen()
    # on a terminal one screen that is drawn anew, and what was there before comes back in the end
    with out.screen() if out.is_terminal and not as_json else nullcontext() as drawn:
        if drawn is not None:
            drawn.update("looking …")
        while not stop.requested:
            try:
                found = desk_status.look(settings)
            except Wait as wait:
                err.print(f"waiting: {wait}", markup=False)
            else:
                if drawn is None:
                    _tell_status(found, as_json=as_json)
                else:
                    drawn.update(desk_status.screen(found))
            stop.wait(watch)


def _tell_status(found: "Status", *, as_json: bool) -> None:
    from desk import status as desk_status

    if as_json:
        print(json.dumps(jsonable(found), ensure_ascii=False), flush=True)  # noqa: T201
    else:
        desk_status.show(found, out)


def trace(
    name: Annotated[str, typer.Argument(help="A story's address or id.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    within: Annotated[
        float, typer.Option(help="Seconds that reading the topics may take.", min=1)
    ] = 20,
    data: Data = None,
) -> None:
    """Tell where a story went: each hop with its time and outcome, from tables and topics."""
    from desk import tracing as desk_tracing
    from store import tracing

    settings = prepared(data)
    with database(data) as engine:
        found = tracing.trace(engine, name)
    if found is None:
        raise CallError(f"nothing is known of {plain(name)}")
    hops, note = desk_tracing.way(settings, found, within_s=within)
    if as_json:
        told = jsonable(found) | {"hops": jsonable(hops), "note": note}
        print(json.dumps(told, ensure_ascii=False))  # noqa: T201  # for machines
    else:
        desk_tracing.show(found, hops, note, out)


def explain(
    name: Annotated[str, typer.Argument(help="A story's address or id.")], data: Data = None
) -> None:
    """Read a story anew and tell every decision: cuts, dateline, each name, each place."""
    from desk.explaining import read, show
    from store import tracing

    settings = prepared(data)
    with database(data) as engine:
        found = tracing.trace(engine, name)
        if found is None:
            raise CallError(f"nothing is known of {plain(name)}")
        show(read(settings, engine, found), out)


def changes(
    since: Annotated[int, typer.Option(help="Only what came after this number.", min=0)] = 0,
    follow: Annotated[bool, typer.Option(help="Go on as changes are committed.")] = False,
    data: Data = None,
) -> None:
    """Print changes in commit order as JSON lines; keep the last seq to go on from there."""
    from store import changes as feed

    stop = Stop().listen()
    with database(data) as engine:
        if follow:
            for change in feed.follow(engine, since, stop=lambda: stop.requested, sleep=stop.wait):
                _line(change)
            return
        while (found := feed.since(engine, since)) and not stop.requested:
            for change in found:
                _line(change)
            since = found[-1].seq


def _line(change: Any) -> None:
    print(json.dumps(jsonable(change), ensure_ascii=False), flush=True)  # noqa: T201


def _print(columns: tuple[str, ...], rows: list[tuple[Any, ...]], output: str) -> None:
    if output == "csv":
        from store.exports.cells import csv_cell

        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([[csv_cell(each) for each in row] for row in rows])
    elif output in ("json", "jsonl"):
        records = [dict(zip(columns, jsonable(row), strict=True)) for row in rows]
        if output == "json":
            print(json.dumps(records, ensure_ascii=False))  # noqa: T201  # for machines
        else:
            for record in records:
                print(json.dumps(record, ensure_ascii=False))  # noqa: T201
    else:
        table = Table(expand=False)
        for name in columns:
            table.add_column(cell(name), overflow="fold")
        for row in rows:
            table.add_row(*("" if each is None else cell(str(each)) for each in row))
        out.print(table)
