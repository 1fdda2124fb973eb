"""`wiredesk feeds …`: add, list, check, pause, resume, import, export, discover."""

import asyncio
import datetime as dt
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
from rich.table import Table

from desk.cli.context import CallError, Data, out, ready, require_contact, settings
from ingest.poll import opml
from ingest.poll.check import Report, check
from ingest.poll.conclude import Rules
from ingest.poll.discover import Found, discover
from ingest.poll.health import health_of
from ingest.poll.schedule import spread
from ingest.poll.worker import shared_slots
from ingest.web.client import Door, user_agent
from ingest.web.outcomes import NoAnswer
from store import feeds, migrate
from store.engine import Engine, from_settings
from store.feeds import FeedRow, Kind
from wire.errors import WireError
from wire.settings import Settings

T = TypeVar("T")

app = typer.Typer(help="The feeds: what is polled, and how each one is.", no_args_is_help=True)

Url = Annotated[str, typer.Argument(help="The feed's address.", show_default=False)]
Urls = Annotated[list[str], typer.Argument(help="Addresses, or OPML files.", show_default=False)]


class WorkError(WireError):
    """The call was right and the work failed: exit 1."""


@app.command()
def add(
    urls: Urls,
    *,
    agency: Annotated[str | None, typer.Option(help="Its id in seeds/agencies.toml.")] = None,
    section: Annotated[str | None, typer.Option(help="Section of all its stories.")] = None,
    sitemap: Annotated[bool, typer.Option(help="It is a news sitemap.")] = False,
    every: Annotated[
        float | None, typer.Option(min=1, help="Your own interval, seconds; overrides its ttl.")
    ] = None,
    data: Data = None,
) -> None:
    """Add feeds; those that are there already stay as they are."""
    given = [outline for url in urls for outline in _outlines(url)]
    kind: Kind = "sitemap" if sitemap else "rss"
    with _database(data) as (_, engine):
        times = spread(len(given), _now())
        for outline, at in zip(given, times, strict=True):
            new = feeds.add_feed(
                engine,
                outline.url,
                kind=kind if sitemap else outline.kind,
                agency=agency or outline.agency,
                section=section or outline.section,
                title=outline.title,
                own_interval_s=every or outline.own_interval_s,
                attributes=outline.attributes,
                folders=outline.folders,
                next_poll_at=at,
            )
            out.print(f"{'added' if new else 'known'}  {outline.url}", markup=False)


@app.command("list")
def list_(
    health: Annotated[str | None, typer.Option(help="Only those: failing, quiet, …")] = None,
    data: Data = None,
) -> None:
    """List the feeds: how each is, when it was asked and will be, what is wrong."""
    now = _now()
    with _database(data) as (_, engine):
        rows = [(health_of(row, now), row) for row in feeds.list_feeds(engine)]
    table = Table(box=None, header_style="bold")
    for name in ("feed", "agency", "health", "last new", "next poll", "every", "gaps", "error"):
        table.add_column(name, overflow="fold" if name in ("feed", "error") else "ellipsis")
    for word, row in rows:
        if health in (None, word):
            table.add_row(*_columns(word, row, now))
    out.print(table)


@app.command("check")
def check_(
    urls: Annotated[
        list[str] | None, typer.Argument(help="Addresses or OPML files; all feeds without.")
    ] = None,
    sitemap: Annotated[bool, typer.Option(help="It is a news sitemap.")] = False,
    agency: Annotated[str | None, typer.Option(help="Whose dates it has.")] = None,
    data: Data = None,
) -> None:
    """Tell what one poll would do, without doing it: status, headers, entries, dates, oddities."""
    require_contact(settings(data))
    with _database(data) as (found, engine):
        asked: list[tuple[str, Kind, str | None]] = [
            (o.url, "sitemap" if sitemap else o.kind, agency or o.agency)
            for o in _asked(urls, engine)
        ]

        async def ask(door: Door) -> list[Report]:
            return await asyncio.gather(
                *(
                    check(door, url, kind=kind, agency=whose, rules=Rules(found.poll), now=_now())
                    for url, kind, whose in asked
                )
            )

        reports = _through_door(found, engine, ask)
    for report in reports:
        _tell(report) if len(reports) == 1 else _tell_in_a_line(report)
    if any(report.outcome != "ok" for report in reports):
        raise typer.Exit(1)


@app.command()
def pause(urls: Urls, data: Data = None) -> None:
    """Stop polling feeds; `resume` sets them going again."""
    _set(urls, "paused", data)


@app.command()
def resume(urls: Urls, data: Data = None) -> None:
    """Set paused, failing or retired feeds going: a clean slate, polled at once."""
    _set(urls, "active", data)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file.", exists=True, dir_okay=False)],
    data: Data = None,
) -> None:
    """Add the feeds of an OPML file, with folders and all attributes."""
    outlines = _outlines(str(file))
    with _database(data) as (_, engine):
        times = spread(len(outlines), _now())
        new = sum(opml.add(engine, o, at) for o, at in zip(outlines, times, strict=True))
    out.print(f"{len(outlines)} feeds, {new} new", markup=False)


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write; standard output without.")
    ] = None,
    data: Data = None,
) -> None:
    """Write all feeds as OPML: what was imported comes out again."""
    with _database(data) as (_, engine):
        outlines = [opml.outline_of(row) for row in feeds.list_feeds(engine)]
    written = opml.write(outlines, title="wiredesk", now=_now())
    if file is None:
        sys.stdout.buffer.write(written)
    else:
        file.write_bytes(written)


@app.command("discover")
def discover_(
    url: Annotated[str, typer.Argument(help="A site or a page of it.", show_default=False)],
    data: Data = None,
) -> None:
    """Find a site's feeds and news sitemaps; each is asked before it is told."""
    require_contact(settings(data))
    with _database(data) as (configured, engine):

        async def look(door: Door) -> list[Found]:
            return await discover(door, url)

        try:
            found = _through_door(configured, engine, look)
        except NoAnswer as error:
            raise WorkError(str(error)) from error
    if not found:
        raise WorkError(f"{url}: no feed and no news sitemap found")
    table = Table(box=None, header_style="bold")
    for name in ("address", "kind", "entries", "title", "found"):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(one.url, one.kind, str(one.entries), one.title or "", one.how)
    out.print(table)


@contextmanager
def _database(data: Path | None) -> Iterator[tuple[Settings, Engine]]:
    """Open the database; the embedded one is brought to this release's schema first."""
    configured = settings(data).database.url is not None
    found = ready(data, kafka=False)
    if not configured and found.database.url is not None:
        migrate.upgrade(found.database.url.get_secret_value())
    engine = from_settings(found.database)
    try:
        yield found, engine
    finally:
        engine.dispose()


def _through_door(found: Settings, engine: Engine, work: Callable[[Door], Awaitable[T]]) -> T:
    async def run() -> T:
        slots = shared_slots(found, engine)
        try:
            async with Door(found.web, user_agent(found), slots) as door:
                return await work(door)
        finally:
            await slots.aclose()

    return asyncio.run(run())


def _outlines(source: str) -> list[opml.Outline]:
    """Return the feeds that an argument names: an address, or an OPML file.

    Raises:
        CallError: it is neither.
    """
    if source.startswith(("http://", "https://")):
        return [opml.Outline(source)]
    try:
        return list(opml.read(Path(source).read_bytes()))
    except OSError as error:
        raise CallError(f"{source}: no http address, and no file: {error.strerror}") from error
    except opml.BadOpmlError as error:
        raise CallError(f"{source}: {error}") from error


def _asked(urls: list[str] | None, engine: Engine) -> list[opml.Outline]:
    """Return what is to be checked; a stored feed's own kind and agency count."""
    stored = {row.url: opml.outline_of(row) for row in feeds.list_feeds(engine)}
    if not urls:
        return list(stored.values())
    return [stored.get(o.url, o) for source in urls for o in _outlines(source)]


def _set(urls: list[str], state: Literal["active", "paused"], data: Path | None) -> None:
    with _database(data) as (_, engine):
        unknown = [url for url in urls if not feeds.set_state(engine, url, state, _now())]
    if unknown:
        raise CallError(f"no such feed: {', '.join(unknown)}; `wiredesk feeds list` has them all")


def _columns(word: str, row: FeedRow, now: dt.datetime) -> tuple[str, ...]:
    return (
        row.url,
        row.agency or "",
        word,
        _ago(row.last_new_at, now),
        _ago(row.next_poll_at, now) if row.state == "active" else "",
        f"{row.interval_s:.0f} s",
        str(row.possible_gaps or ""),
        row.last_error or "",
    )


def _tell(report: Report) -> None:
    say = out.out
    say(report.url)
    for hop in report.hops[:-1]:
        say(f"  {hop.status} → from {hop.url}")
    detail = f": {report.detail}" if report.detail else ""
    say(f"  outcome    {report.outcome}{detail}")
    if report.status is not None:
        say(f"  status     {report.status}, {report.size} bytes in {report.elapsed_s:.2f} s")
    for name, value in report.headers.items():
        say(f"  header     {name}: {value}")
    if report.title:
        say(f"  title      {report.title}")
    say(f"  entries    {len(report.entries)}")
    for one in report.entries[:10]:
        date = one.entry.published_at or one.entry.updated_at
        shown = f"{date:%Y-%m-%d %H:%M}" if date else "no date         "
        full = "full" if one.entry.content_is_full else "    "
        say(f"    {shown}  {full}  {one.entry.headline[:100]}")
    for oddity in report.oddities:
        say(f"  odd        {oddity}")
    say(f"  next poll  {report.next_poll_at:%Y-%m-%d %H:%M:%S} UTC ({report.why})")


def _tell_in_a_line(report: Report) -> None:
    odd = "; ".join(report.oddities) or report.detail or ""
    out.out(f"{report.outcome:<14} {len(report.entries):>5}  {report.url}  {odd}")


def _ago(moment: dt.datetime | None, now: dt.datetime) -> str:
    if moment is None:
        return "never"
    seconds = (moment - now).total_seconds()
    unit, size = next(
        (u, s)
        for u, s in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
        if s == 1 or abs(seconds) >= 2 * s
    )
    amount = f"{abs(seconds) / size:.0f} {unit}"
    return f"{amount} ago" if seconds < 0 else f"in {amount}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
