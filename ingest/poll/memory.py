"""What poll remembers of a feed between polls, beside its columns: JSON in the feed's row. Pure."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from ingest.poll.hints import Freshness, Hints

# Why a feed's next poll is when it is: its host is asked by others, and its turn will come.
HOST_BUSY: Final = "host-busy"


class Move(BaseModel):
    """A permanent redirect seen so far: where to, since when, how often."""

    model_config = ConfigDict(frozen=True)

    to: str
    since: AwareDatetime
    sightings: int = 1


class Memory(BaseModel):
    """What only poll reads and writes of a feed. Unknown keys of a newer release are dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    failures: float = 0.0  # weighed sum since the last success
    failing_since: AwareDatetime | None = None
    missing: int = 0  # 404s in a row
    move: Move | None = None
    gap_s: float | None = None  # the habit: time between two new entries, averaged
    ttl_s: float | None = None
    sy_s: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    fresh_s: float | None = None  # what the last answer's headers asked for
    outcome: str | None = None  # of the last poll
    status: int | None = None
    why: str | None = None  # what set the next poll's time
    overflowing: bool = False  # the last news shared no entry with what was there before
    entries: int | None = None  # in the feed's window
    validators_url: str | None = None  # the address whose validators are stored

    @property
    def hints(self) -> Hints:
        """What the feed's last body asked."""
        return Hints(self.ttl_s, self.sy_s, frozenset(self.skip_hours), frozenset(self.skip_days))

    def with_hints(self, hints: Hints) -> "Memory":
        """Remember what a body asked."""
        return self.model_copy(
            update={
                "ttl_s": hints.ttl_s,
                "sy_s": hints.sy_s,
                "skip_hours": tuple(sorted(hints.skip_hours)),
                "skip_days": tuple(sorted(hints.skip_days)),
            }
        )

    def with_freshness(self, freshness: Freshness) -> "Memory":
        """Remember what an answer's headers asked."""
        return self.model_copy(update={"fresh_s": freshness.fresh_s})

    def to_json(self) -> dict[str, Any]:
        """Return what is stored: defaults left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


def read_memory(stored: Mapping[str, object]) -> Memory:
    """Read what is stored; what does not fit is forgotten, as it is only habit and manners."""
    try:
        return Memory.model_validate(dict(stored))
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}
        return Memory.model_validate({k: v for k, v in stored.items() if k not in wrong})


def seconds_since(moment: dt.datetime | None, now: dt.datetime) -> float | None:
    """Return the seconds from `moment` to `now`, never below zero."""
    return None if moment is None else max(0.0, (now - moment).total_seconds())
