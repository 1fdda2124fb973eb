"""`wiredesk poll | fetch | extract | enrich | keeper | dead-letters | health`: the services."""

import os
import threading
from typing import Annotated

import typer

import desk.health
from desk.cli.context import Data, ready, require_contact
from wire.stop import Stop

Parent = Annotated[
    int | None, typer.Option("--parent", hidden=True, help="Drain and end when this process does.")
]
# How often a stage looks whether the command that started it still lives.
_LOOK_S = 1.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(poll)
    app.command()(fetch)
    app.command()(extract)
    app.command()(enrich)
    app.command()(keeper)
    app.command("dead-letters")(dead_letters)
    app.command()(health)


def poll(
    once: Annotated[bool, typer.Option("--once", help="Poll every feed once, and end.")] = False,
    data: Data = None,
    parent: Parent = None,
) -> None:
    """Poll feeds: what is new or changed goes to Kafka as entries."""
    _serve("poll", data, parent, once=once)


def fetch(data: Data = None, parent: Parent = None) -> None:
    """Fetch pages: entries in, pages out."""
    _serve("fetch", data, parent)


def extract(data: Data = None, parent: Parent = None) -> None:
    """Read pages: body, dateline, byline, signals, dates. No database."""
    _serve("extract", data, parent)


def enrich(data: Data = None, parent: Parent = None) -> None:
    """Tag entities and write articles to PostgreSQL."""
    _serve("enrich", data, parent)


def keeper(data: Data = None, parent: Parent = None) -> None:
    """Do what time asks for: relay, embargoes, revisits, reconciling, retention."""
    _serve("keeper", data, parent)


def dead_letters(data: Data = None, parent: Parent = None) -> None:
    """Write dead letters to PostgreSQL."""
    _serve("dead-letters", data, parent)


def health() -> None:
    """Ask the service of this container whether it is ready; exit code 1 when it is not."""
    raise typer.Exit(desk.health.main())


def _serve(stage: str, data: Data, parent: int | None, *, once: bool = False) -> None:
    from desk.services import NEEDS_DATABASE, serve

    found = ready(data, postgres=stage in NEEDS_DATABASE)
    if stage in ("poll", "fetch"):
        require_contact(found)
    stop = Stop().listen()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent, stop), daemon=True).start()
    serve(stage, found, stop, once=once)


def _follow(parent: int, stop: Stop) -> None:
    """Ask for the end when the parent has gone: whoever adopts us is somebody else."""
    while os.getppid() == parent:
        if stop.wait(_LOOK_S):
            return
    stop.request()
