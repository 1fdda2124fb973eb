"""Which story an entry is: the names it goes by, the id they give, and what the feed says of it.

A guid is the identity within its agency; an address is one where it belongs to this story alone; an
entry with neither is what its text is. Pure.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from ingest.poll.canonical import canonical_url, host_of
from ingest.poll.entries import ParsedEntry
from ingest.poll.parse import ParsedFeed

# The namespace of story ids: changing it would make every story another.
STORIES: Final = UUID("6f2c4a0e-8a5d-5b0b-9a53-0d1f6f0f7c11")
# Names of a story are hashed by the store; longer ones are attacks or accidents.
_LONGEST: Final = 2048
# Three entries with one stamp in common are told by chance from a generator that stamps them all.
_STAMPED_FROM: Final = 3


@dataclass(frozen=True, slots=True)
class Identified:
    """An entry with its names.

    `key` is its place in the feed's seen-set, `names` go to the alias table, strongest first,
    `candidate` is the id it gets where none of them is known. `fingerprint` is 64 hex digits: 48
    of the text, 16 of the dates, so that a stamp alone can be told from words.
    """

    entry: ParsedEntry
    key: str
    names: tuple[str, ...]
    candidate: UUID
    url: str
    canonical: str
    host: str
    fingerprint: str
    flags: tuple[str, ...]


def identify(feed: ParsedFeed, *, feed_url: str, agency: str | None) -> tuple[Identified, ...]:
    """Return the entries of `feed` with their names, each story once, in the feed's order.

    An entry that stands twice in the feed is taken at its first place: feeds put news on top.
    """
    links = [_link(entry) for entry in feed.entries]
    canonicals = [canonical_url(link) if link else "" for link in links]
    guids = _own_guids(feed.entries, links)
    around = _Around(
        feed_url=feed_url,
        scope=agency or host_of(feed_url),
        shared=_shared_links(feed, canonicals, guids),
        stamped=_stamps(feed.entries),
    )
    found: dict[str, Identified] = {}
    for entry, link, canonical, guid in zip(feed.entries, links, canonicals, guids, strict=True):
        one = _identify(entry, link, canonical, guid, around)
        found.setdefault(one.key, one)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Around:
    """What an entry's feed says about its names."""

    feed_url: str
    scope: str  # within which a guid is one: the agency, else the feed's host
    shared: frozenset[str]  # addresses that are no story's own
    stamped: frozenset[dt.datetime]  # moments that are the generator's own


def _identify(
    entry: ParsedEntry, link: str | None, canonical: str, guid: str | None, around: _Around
) -> Identified:
    own_link = canonical and canonical not in around.shared
    names = [f"guid:{around.scope}:{guid}"] if guid else []
    if link and own_link:
        names += [f"canonical:{canonical}", f"url:{link}"]
    flags = list(entry.flags)
    if not names:
        names = [f"text:{around.scope}:{_hash(entry.headline, entry.text)}"]
    key = _hash(names[0])[:32]
    if not link:
        # nothing to ask: the feed's own text is all there is
        flags.append("no-link")
    url = link or f"{around.feed_url}#{key}"
    return Identified(
        entry=entry,
        key=key,
        names=tuple(name[:_LONGEST] for name in names),
        candidate=uuid5(STORIES, names[0]),
        url=url,
        canonical=canonical or url,
        host=host_of(url) or around.scope,
        fingerprint=fingerprint(entry, canonical, around.stamped),
        flags=tuple(flags),
    )


def fingerprint(entry: ParsedEntry, canonical: str, stamped: frozenset[dt.datetime]) -> str:
    """Return what the feed says of the entry, as 64 hex digits: 48 of the text, 16 of the dates.

    Text is what a reader sees, so a share counter in the markup changes nothing. Dates in `stamped`
    are the generator's own and do not count.
    """
    text = _hash(entry.headline, entry.summary, entry.text, canonical, *entry.authors)
    dates = [d for d in (entry.published_at, entry.updated_at) if d and d not in stamped]
    return text[:48] + _hash(*(d.isoformat() for d in dates))[:16]


def same_text(one: str, other: str) -> bool:
    """Tell whether two fingerprints differ in nothing but dates."""
    return one[:48] == other[:48]


def _link(entry: ParsedEntry) -> str | None:
    """Return the entry's address: its link, else its guid where that is one."""
    for candidate in (entry.link, entry.raw_guid):
        if (
            candidate
            and len(candidate) <= _LONGEST
            and candidate.lower().startswith(("http://", "https://"))
            and host_of(candidate)
        ):
            return candidate
    return None


def _own_guids(entries: Sequence[ParsedEntry], links: Sequence[str | None]) -> list[str | None]:
    """Return each entry's guid, or None where others with another address have the same."""
    addresses: dict[str, set[str | None]] = {}
    texts: dict[str, set[str]] = {}
    for entry, link in zip(entries, links, strict=True):
        if entry.raw_guid:
            addresses.setdefault(entry.raw_guid, set()).add(link)
            texts.setdefault(entry.raw_guid, set()).add(entry.headline)

    def is_own(guid: str) -> bool:
        if len(addresses[guid]) > 1:
            return False
        # without addresses to compare, different headlines are different stories
        return addresses[guid] != {None} or len(texts[guid]) == 1

    return [e.raw_guid if e.raw_guid and is_own(e.raw_guid) else None for e in entries]


def _shared_links(
    feed: ParsedFeed, canonicals: Sequence[str], guids: Sequence[str | None]
) -> frozenset[str]:
    """Return the canonical addresses that are no story's own: front pages, and what guids share."""
    shared = {canonical_url(feed.link)} if feed.link else set()
    owners: dict[str, set[str]] = {}
    for entry, canonical, guid in zip(feed.entries, canonicals, guids, strict=True):
        if not canonical:
            continue
        owners.setdefault(canonical, set()).add(guid or entry.headline)
        parts = urlsplit(canonical)
        if parts.path in ("", "/") and not parts.query:
            shared.add(canonical)
    shared |= {canonical for canonical, found in owners.items() if len(found) > 1}
    return frozenset(shared)


def _stamps(entries: Sequence[ParsedEntry]) -> frozenset[dt.datetime]:
    """Return the moments that more than half of the entries carry: the generator's clock."""
    counts = Counter(d for e in entries for d in {e.published_at, e.updated_at} if d)
    return frozenset(
        d for d, count in counts.items() if count >= _STAMPED_FROM and count * 2 > len(entries)
    )


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
