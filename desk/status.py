"""How things stand, on one screen: the stages, the rows, the feeds, what waits for a person."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from desk import standing
from desk.spans import span
from desk.standing import Standing
from desk.terminal import cell, plain
from store import decisions, feeds, reader
from store.decisions import Copy, Waiting
from store.engine import from_settings
from store.feeds import FeedRow
from wire.bus import Drift, drifts
from wire.settings import Settings
from wire.topics import Topics

# In this order they are shown: what is worst first. A paused feed is somebody's wish.
_TROUBLE: Final = ("failing", "overflowing", "quiet", "retired")
# More than these do not fit on a screen; `feeds list --health` has them all.
_FEEDS_SHOWN: Final = 8
_REASONS_SHOWN: Final = 8
_KILLS_SHOWN: Final = 8
# What has waited for longer than this stands out.
_LATE_S: Final = 300


@dataclass(frozen=True, slots=True)
class Trouble:
    """A feed that a person may want to look at."""

    url: str
    health: str
    failures: int
    last_success_at: dt.datetime | None
    last_new_at: dt.datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """What `wiredesk status` shows."""

    standing: Standing
    store: reader.Status
    feeds: dict[str, int]  # by health
    troubled: tuple[Trouble, ...]
    kills: tuple[Waiting, ...]  # of which a person says what they mean
    copies: tuple[Copy, ...]  # of killed stories, still standing
    drifts: tuple[Drift, ...]


def look(settings: Settings) -> Status:
    """Ask Kafka and PostgreSQL.

    Raises:
        Wait: one of them is away.
    """
    topics = Topics(settings.kafka.prefix)
    engine = from_settings(settings.database)
    try:
        now = standing.look(settings.kafka, topics, engine)
        stored, rows = reader.status(engine), feeds.list_feeds(engine)
        kills, copies = decisions.waiting(engine), decisions.copies(engine)
    finally:
        engine.dispose()
    return Status(
        standing=now,
        store=stored,
        feeds=dict(sorted(Counter(str(row.health) for row in rows).items())),
        troubled=_troubled(rows),
        kills=tuple(kills),
        copies=tuple(copies),
        drifts=tuple(drifts(settings.kafka, topics.specs())),
    )


def _troubled(rows: Sequence[FeedRow]) -> tuple[Trouble, ...]:
    """Return the feeds in trouble, the worst first, of each kind those that failed most."""
    found = [
        Trouble(r.url, r.health, r.failures, r.last_success_at, r.last_new_at, r.last_error)
        for r in rows
        if r.health in _TROUBLE
    ]
    return tuple(sorted(found, key=lambda t: (_TROUBLE.index(t.health), -t.failures, t.url)))


def show(found: Status, console: Console) -> None:
    """Print it."""
    console.print(screen(found))


def screen(found: Status) -> Group:
    """Return it as one screen of tables; what is empty is left out."""
    parts: list[RenderableType] = [_stages(found.standing), _rows(found)]
    if found.kills or found.copies:
        parts.append(Text("\n".join(_decisions(found)), "bold red"))
    if found.standing.waits.dead_letters:
        parts.append(_dead(found.standing))
    if found.troubled:
        parts.append(_feeds(found))
    if found.drifts:
        told = "\n".join(
            f"drift: {each.topic} has {each.what} {each.found}, not {each.wanted}"
            for each in found.drifts
        )
        parts.append(Text(told, "yellow"))
    return Group(*(each for part in parts for each in (part, Text(""))))


def _stages(now: Standing) -> Table:
    minutes = standing.WINDOW.total_seconds() / 60
    title = f"wiredesk  {now.at:%Y-%m-%d %H:%M:%S} UTC, rates of the last {minutes:.0f} min"
    table = _table(title, "stage", "takes", "in/min", "out/min", "waiting", "oldest", "lost")
    for column in table.columns[2:]:
        column.justify = "right"
    for each in now.stages:
        late = each.oldest_s is not None and each.oldest_s > _LATE_S
        table.add_row(
            each.stage,
            each.unit,
            _rate(each.in_per_min),
            _rate(each.out_per_min),
            f"{each.waiting:,}",
            "" if each.oldest_s is None else _marked(span(each.oldest_s), late, "yellow"),
            _marked(f"{each.lost:,}", bool(each.lost), "bold red"),
        )
    return table


def _rate(per_min: float | None) -> str:
    return "" if per_min is None else f"{per_min:,.1f}"


def _marked(text: str, marked: bool, style: str) -> Text:
    return Text(text, style if marked else "")


def _rows(found: Status) -> Table:
    stored, now = found.store, found.standing
    waits = now.waits
    resting = ", ".join(f"{n:,} of {_last(topic)}" for topic, n in now.resting.items() if n)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in (
        ("articles", f"{stored.articles:,}{_listed(stored.articles_by_status)}"),
        ("", f"{stored.versions:,} texts, {stored.mentions:,} mentions, {stored.entities:,} names"),
        ("feeds", f"{sum(found.feeds.values()):,}{_listed(found.feeds)}"),
        ("awaited", f"{waits.awaited:,} entries{_since(now, waits.awaited_since)}"),
        ("resting", f"{resting or '0'} for a retry"),
        ("kills pending", f"{waits.kills_pending:,}{_since(now, waits.kills_since)}"),
        ("embargoes", f"{waits.embargoes:,}, {waits.embargoes_unread:,} more without a time"),
        ("changes", f"{waits.last_seq:,}, relayed to {waits.relayed_seq:,}"),
        ("database", f"{stored.size_bytes / 2**20:,.0f} MiB"),
    ):
        table.add_row(name, cell(value))
    return table


def _decisions(found: Status) -> Iterator[str]:
    """Yield a line for each notice and each copy that a person has to judge."""
    for each in found.kills[:_KILLS_SHOWN]:
        names = plain(each.names_slug or each.names_headline or "nothing")
        meant = ", ".join(map(str, each.candidates)) or "no story known"
        house = plain(each.agency or "?")
        yield f"pending {each.kind} {each.nr} ({house}, {each.reason}): {names}: {meant}"
    for copy in found.copies[:_KILLS_SHOWN]:
        where = plain(copy.publisher or copy.agency or "nobody known")
        yield f"copy of killed {copy.of}: {copy.id} at {where}"
    more = max(0, len(found.kills) - _KILLS_SHOWN) + max(0, len(found.copies) - _KILLS_SHOWN)
    if more:
        yield f"and {more} more: wiredesk status --json"


def _last(topic: str) -> str:
    return topic.rpartition(".")[2]


def _listed(counts: dict[str, int]) -> str:
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return f" ({told})" if told else ""


def _since(now: Standing, since: dt.datetime | None) -> str:
    age = standing.age(since, now.at)
    return "" if age is None else f", the oldest for {span(age)}"


def _dead(now: Standing) -> Table:
    dead = now.waits.dead_letters
    total = sum(each.count for each in dead)
    table = _table(f"dead letters: {total:,} wait for a person", "stage", "reason", "count", "last")
    table.columns[2].justify = "right"
    for each in dead[:_REASONS_SHOWN]:
        ago = span(standing.age(each.newest_at, now.at) or 0)
        table.add_row(cell(each.stage), cell(each.reason), f"{each.count:,}", f"{ago} ago")
    return _and_more(table, len(dead) - _REASONS_SHOWN, "reasons: wiredesk dead list")


def _feeds(found: Status) -> Table:
    table = _table("feeds in trouble", "feed", "how", "last new", "error")
    for name in (0, 3):
        table.columns[name].no_wrap = True
        table.columns[name].overflow = "ellipsis"
        table.columns[name].ratio = 1
    table.expand = True
    for each in found.troubled[:_FEEDS_SHOWN]:
        table.add_row(*map(cell, _trouble(each, found.standing)))
    return _and_more(table, len(found.troubled) - _FEEDS_SHOWN, "feeds: wiredesk feeds list")


def _trouble(each: Trouble, now: Standing) -> Iterator[str]:
    yield each.url
    yield f"{each.health}, {each.failures} times" if each.failures else each.health
    age = standing.age(each.last_new_at, now.at)
    yield "never" if age is None else f"{span(age)} ago"
    yield each.last_error or ""


def _table(title: str, *columns: str) -> Table:
    table = Table(*columns, title=title, title_justify="left", title_style="bold", expand=False)
    table.box = None
    table.padding = (0, 2, 0, 0)
    return table


def _and_more(table: Table, more: int, where: str) -> Table:
    if more > 0:
        table.caption, table.caption_justify = f"and {more:,} more {where}", "left"
    return table
