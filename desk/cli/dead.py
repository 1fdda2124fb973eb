"""`wiredesk dead …`: what could not be done: listed, shown, tried again, put aside."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from desk.cli.context import CallError, Data, database, out, prepared
from desk.forms import jsonable
from desk.terminal import cell, plain

if TYPE_CHECKING:
    from wire.messages import DeadLetterRecord

app = typer.Typer(help="Dead letters: what could not be done, and why.", no_args_is_help=True)

Ids = Annotated[list[int] | None, typer.Argument(help="Numbers that `dead list` shows.")]
Stage = Annotated[str | None, typer.Option(help="Only those of this stage.")]
Reason = Annotated[str | None, typer.Option(help="Only those with this reason.")]
All = Annotated[bool, typer.Option("--all", help="All that wait, or all of a stage or reason.")]
# A letter's value is shown up to here; it may be megabytes of somebody's page.
_SHOWN = 2_000


@app.command("list")
def list_(
    stage: Stage = None,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="A line each, for machines.")] = False,
    data: Data = None,
) -> None:
    """List dead letters that wait for a person, newest first."""
    from store import dead

    with database(data) as engine:
        found = dead.listed(engine, stage=stage, reason=reason, limit=limit)
        count = len(dead.numbers(engine, stage=stage, reason=reason))
    if as_json:
        for row in found:
            print(json.dumps(jsonable(row), ensure_ascii=False))  # noqa: T201  # for machines
        return
    table = Table("id", "at", "stage", "reason", "url", "error", box=None, padding=(0, 2, 0, 0))
    for column in table.columns[4:]:
        column.overflow = "fold"
    for row in found:
        at = row.at.strftime("%m-%d %H:%M:%S")
        table.add_row(
            *map(cell, (str(row.id), at, row.stage, row.reason, row.url or "", row.error))
        )
    if found:
        out.print(table)
    out.print(f"{len(found)} of {count} dead letters that wait for a person")


@app.command()
def show(number: Annotated[int, typer.Argument(help="Its id.")], data: Data = None) -> None:
    """Show a dead letter whole."""
    with database(data) as engine:
        letter = _letter(engine, number)
    for name, value in letter.model_dump(exclude={"value", "headers", "key"}).items():
        if value not in (None, ""):
            out.print(f"{name}: {plain(str(value))}", markup=False)
    value = letter.value or b""
    out.print(f"value: {len(value)} bytes", markup=False)
    out.print(ascii(value[:_SHOWN].decode("utf-8", "replace"))[1:-1], markup=False)


@app.command()
def replay(
    ids: Ids = None,
    every: All = False,
    stage: Stage = None,
    reason: Reason = None,
    data: Data = None,
) -> None:
    """Publish dead letters again to the topics they came from, their failures forgotten."""
    from desk.replaying import NotAtHandError
    from desk.replaying import replay as publish_again

    settings = prepared(data)
    with database(data) as engine:
        chosen = _chosen(engine, ids, every, stage, reason)
        try:
            publish_again(settings, engine, chosen)
        except NotAtHandError as error:
            raise CallError(str(error)) from error
    out.print(f"replayed {len(chosen)}")


@app.command()
def drop(
    ids: Ids = None,
    every: All = False,
    stage: Stage = None,
    reason: Reason = None,
    data: Data = None,
) -> None:
    """Put dead letters aside for good; their bytes go, the fact stays."""
    from store import dead

    with database(data) as engine:
        chosen = _chosen(engine, ids, every, stage, reason)
        dropped = dead.drop(engine, chosen, datetime.now(UTC))
    out.print(f"dropped {dropped}")


def _chosen(
    engine: Any, ids: list[int] | None, every: bool, stage: str | None, reason: str | None
) -> list[int]:
    """Return the ids that are meant: those named, or with --all those that wait and fit.

    Raises:
        CallError: neither was said, or both.
    """
    from store import dead

    if bool(ids) == every or (ids and (stage or reason)):
        raise CallError(
            "name dead letters by id, or say --all, with --stage or --reason if not all"
        )
    return ids or dead.numbers(engine, stage=stage, reason=reason)


def _letter(engine: Any, number: int) -> "DeadLetterRecord":
    from store import dead

    found = dead.shown(engine, number)
    if found is None:
        raise CallError(
            f"there is no dead letter {number}; `wiredesk dead list` shows what there is"
        )
    return found
