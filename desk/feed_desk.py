"""What the commands on feeds do: the database opened, the outside asked, the answer printed.

Apart from desk/cli/feeds.py, which is loaded by every command and must be light.
"""

import asyncio
import datetime as dt
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from rich.table import Table

from desk.cli.context import CallError, out, ready, require_contact, settings
from desk.spans import span
from desk.terminal import cell, plain
from ingest.poll import opml
from ingest.poll.check import Report, check
from ingest.poll.conclude import Rules
from ingest.poll.discover import Found, discover
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


class WorkError(WireError):
    """The call was right and the work failed: exit 1."""


def add(urls: list[str], given: opml.Outline, data: Path | None) -> None:
    """Add feeds; what `given` says of them wins over what a list says."""
    outlines = [outline for url in urls for outline in _outlines(url)]
    with _database(data) as (_, engine):
        times = spread(len(outlines), _now())
        for outline, at in zip(outlines, times, strict=True):
            new = opml.add(engine, _with(outline, given), at)
            out.print(f"{'added' if new else 'known'}  {plain(outline.url)}", markup=False)


def show(health: str | None, data: Path | None) -> None:
    """Print a table of the feeds, of all or of those that are `health`."""
    now = _now()
    with _database(data) as (_, engine):
        rows = feeds.list_feeds(engine)
    table = Table(box=None, header_style="bold")
    for name in ("feed", "agency", "health", "last new", "next poll", "every", "gaps", "error"):
        table.add_column(name, overflow="fold" if name in ("feed", "error") else "ellipsis")
    for row in rows:
        if health in (None, row.health):
            table.add_row(*map(cell, _columns(row, now)))
    out.print(table)


def check_feeds(urls: list[str] | None, given: opml.Outline, data: Path | None) -> bool:
    """Tell what one poll of each would do; return whether all would do well."""
    require_contact(settings(data))
    with _database(data) as (found, engine):
        asked = [_with(outline, given) for outline in _asked(urls, engine)]
        rules = Rules(found.poll)

        async def ask(door: Door) -> list[Report]:
            polls = (
                check(door, o.url, kind=o.kind, agency=o.agency, rules=rules, now=_now())
                for o in asked
            )
            return await asyncio.gather(*polls)

        reports = _through_door(found, engine, ask)
    for report in reports:
        _tell(report) if len(reports) == 1 else _tell_in_a_line(report)
    return all(report.outcome == "ok" for report in reports)


def set_state(urls: list[str], state: Literal["active", "paused"], data: Path | None) -> None:
    """Pause feeds, or set them going.

    Raises:
        CallError: one of them is not there; the others are set.
    """
    with _database(data) as (_, engine):
        unknown = [url for url in urls if not feeds.set_state(engine, url, state, _now())]
    if unknown:
        raise CallError(f"no such feed: {', '.join(unknown)}; `wiredesk feeds list` has them all")


def take_in(file: Path, data: Path | None) -> None:
    """Add the feeds of an OPML file."""
    outlines = _outlines(str(file))
    with _database(data) as (_, engine):
        times = spread(len(outlines), _now())
        new = sum(opml.add(engine, o, at) for o, at in zip(outlines, times, strict=True))
    out.print(f"{len(outlines)} feeds, {new} new", markup=False)


def write_out(file: Path | None, data: Path | None) -> None:
    """Write all feeds as OPML, to standard output without a file."""
    with _database(data) as (_, engine):
        outlines = [opml.outline_of(row) for row in feeds.list_feeds(engine)]
    written = opml.write(outlines, title="wiredesk", now=_now())
    if file is None:
        sys.stdout.buffer.write(written)
    else:
        file.write_bytes(written)


def look_for(url: str, data: Path | None) -> None:
    """Print a site's feeds and news sitemaps.

    Raises:
        WorkError: the site can't be had, or has none.
    """
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
        cells = (one.url, one.kind, str(one.entries), one.title or "", one.how)
        table.add_row(*map(cell, cells))
    out.print(table)


def kind_of(*, sitemap: bool) -> Kind:
    """Return the kind of feed that the option means."""
    return "sitemap" if sitemap else "rss"


def _with(outline: opml.Outline, given: opml.Outline) -> opml.Outline:
    """Return an outline with what was given on the command line."""
    return replace(
        outline,
        kind="sitemap" if given.kind == "sitemap" else outline.kind,
        agency=given.agency or outline.agency,
        section=given.section or outline.section,
        own_interval_s=given.own_interval_s or outline.own_interval_s,
    )


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


def _columns(row: FeedRow, now: dt.datetime) -> tuple[str, ...]:
    return (
        row.url,
        row.agency or "",
        row.health,
        _ago(row.last_new_at, now),
        _ago(row.next_poll_at, now) if row.state == "active" else "",
        f"{row.interval_s:.0f} s",
        str(row.possible_gaps or ""),
        row.last_error or "",
    )


def _tell(report: Report) -> None:

    def say(line: str) -> None:
        out.out(plain(line))

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
    out.out(plain(f"{report.outcome:<14} {len(report.entries):>5}  {report.url}  {odd}"))


def _ago(moment: dt.datetime | None, now: dt.datetime) -> str:
    if moment is None:
        return "never"
    seconds = (moment - now).total_seconds()
    amount = span(seconds)
    return f"{amount} ago" if seconds < 0 else f"in {amount}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
