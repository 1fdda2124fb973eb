"""`wiredesk dead …`: what could not be done: listed, shown, tried again, put aside."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from desk.cli.context import CallError, Data, database, out, prepared
from desk.terminal import cell, plain
from wire.messages import DeadLetterRecord

app = typer.Typer(help="Dead letters: what could not be done, and why.", no_args_is_help=True)

Ids = Annotated[list[int], typer.Argument(help="Numbers that `dead list` shows.")]
Stage = Annotated[str | None, typer.Option(help="Only those of this stage.")]
Reason = Annotated[str | None, typer.Option(help="Only those with this reason.")]
# A letter's value is shown up to here; it may be megabytes of somebody's page.
_SHOWN = 2_000


@app.command("list")
def list_(
    stage: Stage = None,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    data: Data = None,
) -> None:
    """List dead letters that wait for a person, newest first."""
    from store import dead

    table = Table(expand=False)
    for name in ("id", "at", "stage", "reason", "url", "error"):
        table.add_column(name, overflow="fold")
    with database(data) as engine:
        found = dead.listed(engine, stage=stage, reason=reason, limit=limit)
    for row in found:
        at = row.at.strftime("%m-%d %H:%M:%S")
        cells = (str(row.id), at, row.stage, row.reason, row.url or "", row.error)
        table.add_row(*map(cell, cells))
    out.print(table)


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
def replay(ids: Ids, data: Data = None) -> None:
    """Publish dead letters again to the topics they came from."""
    from store import dead
    from wire.bus import Outgoing, Producer
    from wire.topics import Topics

    settings = prepared(data)
    known = {spec.name for spec in Topics(settings.kafka.prefix).specs()}
    with database(data) as engine:
        letters = [_letter(engine, number) for number in ids]
        for number, letter in zip(ids, letters, strict=True):
            if letter.topic not in known or letter.value is None:
                raise CallError(
                    f"dead letter {number} can't be replayed: its message is not at hand"
                )
        producer = Producer(settings.kafka)
        try:
            again = [Outgoing(x.topic, x.key or b"", x.value, x.headers) for x in letters]
            producer.publish(again)
        finally:
            producer.close()
        # only now: a replay that Kafka did not take is still to be done
        dead.mark_replayed(engine, ids, datetime.now(UTC))
    out.print(f"replayed {len(ids)}")


@app.command()
def drop(ids: Ids, data: Data = None) -> None:
    """Put dead letters aside for good; their bytes go, the fact stays."""
    from store import dead

    with database(data) as engine:
        dropped = dead.drop(engine, ids, datetime.now(UTC))
    out.print(f"dropped {dropped}")


def _letter(engine: Any, number: int) -> DeadLetterRecord:
    from store import dead

    found = dead.shown(engine, number)
    if found is None:
        raise CallError(
            f"there is no dead letter {number}; `wiredesk dead list` shows what there is"
        )
    return found
