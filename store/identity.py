"""Which texts a story had and which one it shows, whatever the order in which news of them comes.

A *sighting* is the fact that a page's bytes were obtained at a time, with the text that the best
extractor so far made of them. Texts get their revision in order of arrival; the one shown is that
of the greatest sighting by (rank, time), so that late arrivals, retries and replays change nothing
that they should not. Pure: the writer loads a `Standing`, lets it take sightings, and saves it.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Literal

from wire.messages import BodyKind, Source

# Greater wins over later. A teaser never replaces a full text, so a full text from the feed stands
# above a page's teaser; among texts of the same kind the page stands above the feed.
_RANKS: Final[dict[tuple[BodyKind, Source], int]] = {
    ("full", "page"): 7,
    ("full", "feed"): 6,
    ("lead", "page"): 5,
    ("feed", "page"): 4,
    ("lead", "feed"): 3,
    ("feed", "feed"): 2,
    ("none", "page"): 1,
    ("none", "feed"): 0,
}
_PARTS: Final = re.compile(r"\d+|[^\d]+")

Outcome = Literal["new", "replaced", "again", "stale"]


def rank(body_kind: BodyKind, source: Source) -> int:
    """Return how much a text counts against others of its story, 0 to 7."""
    return _RANKS[body_kind, source]


def of_rank(number: int) -> tuple[BodyKind, Source]:
    """Return which texts have a rank."""
    return next(kind for kind, ranked in _RANKS.items() if ranked == number)


@lru_cache(maxsize=1024)
def version_key(version: str) -> tuple[tuple[int, str], ...]:
    """Return what orders versions as people read them: 1.9 before 1.10, a1 before b1."""
    return tuple((int(p), "") if p.isdigit() else (-1, p) for p in _PARTS.findall(version))


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a page was seen at a time, and which text it holds."""

    observed_at: dt.datetime
    page_sha256: bytes
    revision: int
    rank: int
    rules_version: str

    @property
    def key(self) -> tuple[dt.datetime, bytes]:
        return self.observed_at, self.page_sha256

    @property
    def weight(self) -> tuple[int, dt.datetime, bytes]:
        """What decides between sightings; the hash only makes ties the same in every order."""
        return self.rank, self.observed_at, self.page_sha256


@dataclass(frozen=True, slots=True)
class Seen:
    """What arrives: a page's bytes at a time, and the text that some rules made of them."""

    observed_at: dt.datetime
    page_sha256: bytes
    content_sha256: bytes
    rank: int
    rules_version: str

    @property
    def key(self) -> tuple[dt.datetime, bytes]:
        return self.observed_at, self.page_sha256


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an arrival.

    `new`: a text not known before, with its revision. `replaced`: newer rules read the same bytes
    otherwise, the text of `revision` changes in place. `again`: a known text, seen once more.
    `stale`: older rules than those that read these bytes already; only the time counts.
    `dropped` are revisions whose text no page holds any more.
    """

    outcome: Outcome
    revision: int
    dropped: tuple[int, ...] = ()


@dataclass(slots=True)
class Standing:
    """All sightings and texts of one story; `texts` holds each revision's content_sha256."""

    sightings: dict[tuple[dt.datetime, bytes], Sighting] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)
    last_revision: int = 0

    def top(self) -> Sighting:
        """Return the sighting that decides what is shown."""
        return max(self.sightings.values(), key=lambda sighting: sighting.weight)

    def observed(self, revision: int) -> tuple[dt.datetime, dt.datetime]:
        """Return when the text of `revision` was first and last seen."""
        times = [s.observed_at for s in self.sightings.values() if s.revision == revision]
        return min(times), max(times)

    def take(self, seen: Seen) -> Taken:
        """Add an arrival and say what became of it."""
        before = set(self.texts)
        outcome, revision = self._take(seen)
        held = {sighting.revision for sighting in self.sightings.values()}
        self.texts = {r: content for r, content in self.texts.items() if r in held}
        return Taken(outcome, revision, tuple(sorted(before - set(self.texts))))

    def _take(self, seen: Seen) -> tuple[Outcome, int]:
        same_page = [s for s in self.sightings.values() if s.page_sha256 == seen.page_sha256]
        exact = self.sightings.get(seen.key)
        newest = max(
            same_page, key=lambda s: (version_key(s.rules_version), s.weight), default=None
        )
        if newest and version_key(seen.rules_version) < version_key(newest.rules_version):
            return self._stale(seen, exact or newest)
        older = _read_by_older(same_page, exact, seen)
        if older:
            return self._reread(seen, older)
        if exact and self.texts[exact.revision] >= seen.content_sha256:
            # the same fetch told twice; were the texts to differ, one must win in every order
            same = self.texts[exact.revision] == seen.content_sha256
            return "again" if same else "stale", exact.revision
        return self._reread(seen, [exact]) if exact else self._arrive(seen)

    def _stale(self, seen: Seen, known: Sighting) -> tuple[Outcome, int]:
        self._put(replace(known, observed_at=seen.observed_at))
        return "stale", known.revision

    def _arrive(self, seen: Seen) -> tuple[Outcome, int]:
        revision = self._holding(seen.content_sha256)
        outcome: Outcome = "again" if revision else "new"
        revision = revision or self._next(seen.content_sha256)
        self._put(_sighting(seen, revision))
        return outcome, revision

    def _reread(self, seen: Seen, movers: list[Sighting]) -> tuple[Outcome, int]:
        """Let newer rules' text stand where `movers` stood."""
        left = movers[0].revision
        same = self.texts[left] == seen.content_sha256
        revision = left if same else self._replace(left, movers, seen.content_sha256)
        for mover in movers:
            moved = _sighting(seen, revision)
            self._put(replace(moved, observed_at=mover.observed_at))
        self._put(_sighting(seen, revision))
        return "again" if same else "replaced", revision

    def _replace(self, left: int, movers: list[Sighting], content: bytes) -> int:
        """Return the revision under which `content` stands once `movers` have left `left`.

        A text that nobody else holds is changed in place, and of two revisions that turn out to
        be one text the older number stays.
        """
        moving = {mover.key for mover in movers}
        others = [s for s in self.sightings.values() if s.revision == left and s.key not in moving]
        there = self._holding(content)
        if others:
            return there or self._next(content)
        if there is not None and there < left:
            return there
        if there is not None:
            for sighting in self._of(there):
                self._put(replace(sighting, revision=left))
        self.texts[left] = content
        return left

    def _of(self, revision: int) -> list[Sighting]:
        return [s for s in self.sightings.values() if s.revision == revision]

    def _holding(self, content: bytes) -> int | None:
        return next((r for r, known in sorted(self.texts.items()) if known == content), None)

    def _next(self, content: bytes) -> int:
        self.last_revision += 1
        self.texts[self.last_revision] = content
        return self.last_revision

    def _put(self, sighting: Sighting) -> None:
        self.sightings[sighting.key] = sighting


def _read_by_older(
    same_page: Iterable[Sighting], exact: Sighting | None, seen: Seen
) -> list[Sighting]:
    """Return the sightings of these bytes that older rules read, and that stand for one text."""
    rules = version_key(seen.rules_version)
    older = [s for s in same_page if version_key(s.rules_version) < rules]
    if not older:
        return []
    chosen = exact if exact in older else max(older, key=lambda s: s.weight)
    return [s for s in older if s.revision == chosen.revision]


def _sighting(seen: Seen, revision: int) -> Sighting:
    return Sighting(seen.observed_at, seen.page_sha256, revision, seen.rank, seen.rules_version)
