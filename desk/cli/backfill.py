"""`wiredesk backfill`: old stories from a list or a sitemap, behind the live news."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from desk.cli.context import Data, err, out, prepared, require_contact

Moment = typer.Option(
    formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="As the list dates them, UTC."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backfill)


def backfill(
    source: Annotated[
        str,
        typer.Argument(
            help="A file of addresses or JSON lines (url, title, published_at), or a sitemap.",
            show_default=False,
        ),
    ],
    *,
    rate: Annotated[float, typer.Option(help="Stories a second at most.", min=0.01)] = 1.0,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1)] = None,
    since: Annotated[datetime | None, Moment] = None,
    until: Annotated[datetime | None, Moment] = None,
    agency: Annotated[str | None, typer.Option(help="Whose copy all of it is.")] = None,
    section: Annotated[str | None, typer.Option(help="Section of all its stories.")] = None,
    data: Data = None,
) -> None:
    """Fetch old stories, each once, through topics and stages of the backfill's own.

    Ends when every story is a row or a dead letter. Ctrl-C stops it; called again it goes on.
    """
    from desk.backfilling import Wish
    from desk.backfilling import backfill as run
    from wire.stop import Stop

    settings = prepared(data)
    require_contact(settings)
    wish = Wish(source, rate, agency, section, _utc(since), _utc(until), limit)
    account = run(settings, wish, out, Stop().listen())
    out.print(str(account), markup=False)
    if account.published > account.stored + account.dead:
        err.print("stopped before the end: call it again to go on")
        raise typer.Exit(1)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
