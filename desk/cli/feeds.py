"""`wiredesk feeds …`: add, list, check, pause, resume, import, export, discover."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from desk.cli.context import CallError, Data, database, out
from desk.terminal import plain

app = typer.Typer(help="The feeds: what is polled, and how each one is.", no_args_is_help=True)

Urls = Annotated[list[str], typer.Argument(help="Addresses, or OPML files.", show_default=False)]
Agency = Annotated[str | None, typer.Option(help="Its id in seeds/agencies.toml.")]
Sitemap = Annotated[bool, typer.Option("--sitemap", help="It is a news sitemap.")]


@app.command()
def add(
    urls: Urls,
    *,
    agency: Agency = None,
    section: Annotated[str | None, typer.Option(help="Section of all its stories.")] = None,
    sitemap: Sitemap = False,
    every: Annotated[
        float | None, typer.Option(min=1, help="Your own interval, seconds; overrides its ttl.")
    ] = None,
    data: Data = None,
) -> None:
    """Add feeds; those that are there already stay as they are."""
    from desk import feed_desk
    from ingest.poll.opml import Outline

    kind = feed_desk.kind_of(sitemap=sitemap)
    given = Outline("", kind=kind, agency=agency, section=section, own_interval_s=every)
    feed_desk.add(urls, given, data)


@app.command("list")
def list_(
    health: Annotated[str | None, typer.Option(help="Only those: failing, quiet, …")] = None,
    data: Data = None,
) -> None:
    """List the feeds: how each is, when it was asked and will be, what is wrong."""
    from desk import feed_desk

    feed_desk.show(health, data)


@app.command()
def check(
    urls: Annotated[
        list[str] | None, typer.Argument(help="Addresses or OPML files; all feeds without.")
    ] = None,
    *,
    sitemap: Sitemap = False,
    agency: Agency = None,
    data: Data = None,
) -> None:
    """Tell what one poll would do, without doing it: status, headers, entries, dates, oddities."""
    from desk import feed_desk
    from ingest.poll.opml import Outline

    given = Outline("", kind=feed_desk.kind_of(sitemap=sitemap), agency=agency)
    if not feed_desk.check_feeds(urls, given, data):
        raise typer.Exit(1)


@app.command()
def rights(
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    *,
    store: Annotated[
        Literal["full", "lead", "metadata"] | None, typer.Option(help="What is kept of a text.")
    ] = None,
    keep_days: Annotated[int | None, typer.Option(help="For how many days.", min=1)] = None,
    terms_url: Annotated[str | None, typer.Option(help="The terms that say so.")] = None,
    data: Data = None,
) -> None:
    """Override its agency's rights for a feed's stories; what is left out is as its agency says."""
    from store import rights as kept

    with database(data) as engine:
        if not kept.set_feed(engine, url, store=store, keep_days=keep_days, terms_url=terms_url):
            raise CallError(f"there is no feed {plain(url)}")
    out.print("set; the keeper makes what is stored obey")


@app.command()
def pause(urls: Urls, data: Data = None) -> None:
    """Stop polling feeds; `resume` sets them going again."""
    from desk import feed_desk

    feed_desk.set_state(urls, "paused", data)


@app.command()
def resume(urls: Urls, data: Data = None) -> None:
    """Set paused, failing or retired feeds going: a clean slate, polled at once."""
    from desk import feed_desk

    feed_desk.set_state(urls, "active", data)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file.", exists=True, dir_okay=False)],
    data: Data = None,
) -> None:
    """Add the feeds of an OPML file, with folders and all attributes."""
    from desk import feed_desk

    feed_desk.take_in(file, data)


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write; standard output without.")
    ] = None,
    data: Data = None,
) -> None:
    """Write all feeds as OPML: what was imported comes out again."""
    from desk import feed_desk

    feed_desk.write_out(file, data)


@app.command()
def discover(
    url: Annotated[str, typer.Argument(help="A site or a page of it.", show_default=False)],
    data: Data = None,
) -> None:
    """Find a site's feeds and news sitemaps; each is asked before it is told."""
    from desk import feed_desk

    feed_desk.look_for(url, data)
