"""`wiredesk run`: the whole pipeline in one command."""

from typing import Annotated

import typer

from desk.cli.context import CallError, Data, out, ready, require_contact
from desk.cli.context import settings as read_settings
from wire.errors import Fatal
from wire.stop import Stop

Feeds = Annotated[
    list[str] | None,
    typer.Option("--feeds", help="An OPML file or a feed's address; may be given several times."),
]
Sample = Annotated[
    bool, typer.Option("--sample", help="Serve the sample wire, poll it once, drain and end.")
]
Once = Annotated[bool, typer.Option("--once", help="Poll every feed once, drain, end.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(feeds: Feeds = None, sample: Sample = False, once: Once = False, data: Data = None) -> None:
    """Run all stages, on the embedded servers unless others are configured."""
    from desk import newest
    from desk.feeds import read_sources
    from desk.run import run as run_all

    if sample and feeds:
        raise CallError("--sample has feeds of its own: give it or --feeds")
    # what is wrong with the call is said before any server starts
    if not sample:
        require_contact(read_settings(data))
        try:
            read_sources(feeds or ())
        except Fatal as error:
            raise CallError(str(error)) from error
    settings = ready(data)
    stop = Stop().listen()
    run_all(settings, feeds=feeds or (), sample=sample, once=once or sample, console=out, stop=stop)
    newest.show(settings, out)
