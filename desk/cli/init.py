"""`wiredesk init`: topics, migrations, roles, feeds. Safe to repeat and to race."""

import typer

from desk.cli.context import Data, out, ready


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(data: Data = None) -> None:
    """Make what is missing: topics, schema, roles, the feeds of WIREDESK_FEEDS; report drift."""
    from desk.prepare import prepare

    for line in prepare(ready(data)):
        out.print(line, markup=False)
