"""`wiredesk entities …`: who is who, decided by a person; held against all that comes later."""

import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from desk.cli.context import CallError, Data, database, out
from desk.terminal import plain

if TYPE_CHECKING:
    from store.curation import Act, Known
    from store.engine import Engine

T = TypeVar("T")

app = typer.Typer(
    help="Entities by hand: found, merged, split, given a name.", no_args_is_help=True
)

Entity = Annotated[str, typer.Argument(help="Its id or key, or its name where one bears it.")]
Reason = Annotated[str, typer.Option(help="Why; kept with who did it.")]
Who = Annotated[str | None, typer.Option(help="Who decides. Default: who is logged in.")]


@app.command()
def find(
    name: Annotated[str, typer.Argument(help="An id, key, name or alias.")], data: Data = None
) -> None:
    """Show the entities of that name, those in most articles first."""
    from store import curation

    table = Table(expand=False)
    for column in ("id", "key", "label", "name", "aliases", "articles", "company", "is now"):
        table.add_column(column, overflow="fold")
    with database(data) as engine:
        found = curation.find(engine, name)
    for known in found:
        table.add_row(*(escape(plain(cell)) for cell in _cells(known)))
    out.print(table)


def _cells(known: "Known") -> tuple[str, ...]:
    return (
        str(known.id),
        known.key,
        known.label,
        known.name,
        ", ".join(known.aliases),
        str(known.article_count),
        ", ".join(known.company),
        str(known.merged_into or ""),
    )


@app.command()
def merge(
    into: Entity,
    others: Annotated[list[str], typer.Argument(help="What is the same, as the first.")],
    reason: Reason,
    who: Who = None,
    data: Data = None,
) -> None:
    """Make several entities one: the first stays, what comes for the others is its from now on."""
    from store import curation

    with database(data) as engine:
        gone = [_meant(engine, other) for other in others]
        moved = _done(lambda: curation.merge(engine, _meant(engine, into), gone, _act(who, reason)))
    out.print(f"merged; articles told anew: {moved}")


@app.command()
def split(
    entity: Entity,
    *,
    reason: Reason,
    story: Annotated[
        list[str] | None, typer.Option(help="Address or id of a story that means another.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The printed name that means another.")] = None,
    who: Who = None,
    data: Data = None,
) -> None:
    """Part a merged entity again; or let stories, or a printed name, mean another one."""
    from store import curation

    if story and name:
        raise CallError("split by --story or by --name, not by both")
    act = _act(who, reason)
    with database(data) as engine:
        of = _meant(engine, entity, parted=not (story or name))
        if not story and name is None:
            out.print(
                f"parted; articles told anew: {_done(lambda: curation.part(engine, of, act))}"
            )
            return
        stories = [_story(engine, each) for each in story or ()]
        made = _done(lambda: curation.split(engine, of, act, stories=stories, name=name))
    out.print(f"split off as {made}")


@app.command()
def alias(
    entity: Entity,
    name: Annotated[str, typer.Argument(help="A name that is its own, met or not.")],
    reason: Reason,
    who: Who = None,
    data: Data = None,
) -> None:
    """Let a name mean this entity, now and later."""
    from enrich.entities import link
    from store import curation

    with database(data) as engine:
        of = _meant(engine, entity)
        (known,) = curation.find(engine, str(of))
        named = link.named_alone(known.label, name, known.country)
        moved = _done(lambda: curation.alias(engine, of, named, _act(who, reason)))
    out.print(f"{plain(name)} is {plain(known.name)}; articles told anew: {moved}", markup=False)


def _act(who: str | None, reason: str) -> "Act":
    from store.curation import Act

    return Act(who or getpass.getuser(), reason, datetime.now(UTC))


def _done(work: Callable[[], T]) -> T:
    from store.curation import UnknownEntityError

    try:
        return work()
    except UnknownEntityError as error:
        raise CallError(str(error)) from error


def _meant(engine: "Engine", name: str, *, parted: bool = False) -> UUID:
    """Return the one entity that a call means: by name one that stands, or one to be parted."""
    from store import curation

    found = curation.find(engine, name)
    if len(found) > 1:
        found = [known for known in found if (known.merged_into is not None) == parted]
    if not found:
        raise CallError(f"no entity is called {plain(name)}; `wiredesk entities find` looks")
    if len(found) > 1:
        ids = ", ".join(f"{known.id} ({known.label}, {known.key})" for known in found)
        raise CallError(f"{plain(name)} is several, give an id: {plain(ids)}")
    return found[0].id


def _story(engine: "Engine", name: str) -> UUID:
    from store import tracing

    found = tracing.trace(engine, name)
    if found is None:
        raise CallError(f"nothing is known of {plain(name)}")
    return found.story_id
