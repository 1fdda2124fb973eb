"""`wiredesk kill | reinstate | forget`: what a person takes out, brings back, or has forgotten."""

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from desk.cli.context import CallError, Data, database, out, prepared
from desk.terminal import plain

if TYPE_CHECKING:
    from store.engine import Engine
    from store.forget import Gone

Stories = Annotated[list[str] | None, typer.Argument(help="Addresses or ids.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; kept with who and when.")]
Who = Annotated[str | None, typer.Option(help="Who decides. Default: your login.")]
Notice = Annotated[
    int | None, typer.Option(help="Number of a pending kill, as `wiredesk status` shows it.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(kill)
    app.command()(reinstate)
    app.command()(forget)


def kill(
    reason: Reason,
    stories: Stories = None,
    notice: Notice = None,
    who: Who = None,
    data: Data = None,
) -> None:
    """Take stories out at once; with --notice as that pending kill means, by default all of it."""
    from store import decisions

    with database(data) as engine:
        ids = _ids(engine, stories)
        said = _said(who, reason)
        if notice is not None:
            ids = ids or list(_pending(engine, notice))
            decisions.settle(engine, notice, ids, **said)
        for story_id in ids:
            if notice is None and not decisions.kill(engine, story_id, **said):
                raise CallError(f"there is no story {story_id}")
            out.print(f"killed {story_id}")
        for copy in decisions.copies(engine):
            if copy.of in ids:
                out.print(f"a copy stands elsewhere: {copy.id} {plain(copy.url)}", markup=False)


def reinstate(
    reason: Reason,
    stories: Stories = None,
    notice: Notice = None,
    who: Who = None,
    data: Data = None,
) -> None:
    """Bring stories back, or leave a copy of a killed one; with --notice let it mean nothing."""
    from store import decisions

    with database(data) as engine:
        ids = _ids(engine, stories)
        said = _said(who, reason)
        if notice is not None:
            _pending(engine, notice)
            decisions.settle(engine, notice, [], **said)
            out.print(f"dismissed notice {notice}")
        for story_id in ids:
            if not decisions.reinstate(engine, story_id, **said):
                raise CallError(f"there is no story {story_id}")
            out.print(f"reinstated {story_id}")


def forget(
    name: Annotated[str, typer.Argument(help="A story's address or id; an entity's id or name.")],
    reason: Reason,
    with_stories: Annotated[
        bool, typer.Option("--with-stories", help="Of an entity: the stories that name it too.")
    ] = False,
    who: Who = None,
    data: Data = None,
) -> None:
    """Take a story or an entity out for good, and keep only a hash that bars its return."""
    from store import forget as forgetting

    settings = prepared(data, kafka=False)
    login, now = who or getpass.getuser(), datetime.now(UTC)
    with database(data) as engine:
        person = _entity(engine, name)
        if person is None:
            gone = forgetting.story(engine, name, who=login, reason=reason, now=now)
        else:
            gone = forgetting.entity(
                engine, person, with_stories=with_stories, who=login, reason=reason, now=now
            )
    _tell(gone)
    _tell_expiry(settings.kafka.prefix, now)


def _said(who: str | None, reason: str) -> dict[str, Any]:
    return {"who": who or getpass.getuser(), "reason": reason, "now": datetime.now(UTC)}


def _ids(engine: "Engine", names: list[str] | None) -> list[UUID]:
    from store import tracing

    found = {name: tracing.find(engine, name) for name in names or ()}
    for name, story_id in found.items():
        if story_id is None:
            raise CallError(f"there is no story {plain(name)}")
    return [story_id for story_id in found.values() if story_id is not None]


def _pending(engine: "Engine", notice: int) -> tuple[UUID, ...]:
    """Return the stories that a pending notice may mean."""
    from store import decisions

    for waiting in decisions.waiting(engine):
        if waiting.nr == notice:
            return waiting.candidates
    raise CallError(f"no kill {notice} is pending; `wiredesk status` shows those that are")


def _entity(engine: "Engine", name: str) -> UUID | None:
    """Return the entity that `name` means; None where it is a story's address or id."""
    from store import forget as forgetting

    if "://" in name:
        return None
    found = forgetting.entities(engine, name)
    if len(found) > 1:
        listed = "; ".join(f"{each} {label} {plain(called)}" for each, label, called in found)
        raise CallError(f"several entities have this name, say which by its id: {listed}")
    if not found and not _is_id(name):
        raise CallError(f"there is no entity {plain(name)}, and it is no address of a story")
    return found[0][0] if found else None


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def _tell(gone: "Gone") -> None:
    out.print(
        f"forgotten: {gone.stories} stories, {gone.versions} versions, {gone.mentions} mentions,"
        f" {gone.dead_letters} dead letters, {gone.entities} entities; a hash bars their return"
    )
    if gone.seq is not None:
        out.print(f"wire.articles: told by the keeper, with change {gone.seq}")


def _tell_expiry(prefix: str, now: datetime) -> None:
    """Say until when the topics that are not compacted may still hold what went through them."""
    from wire.topics import Topics

    for spec in Topics(prefix).specs():
        if spec.keeps is not None:
            gone_by = (now + spec.keeps).strftime("%Y-%m-%d %H:%M UTC")
            out.print(f"{spec.name}: what it holds expires by {gone_by}")
