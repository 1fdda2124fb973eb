"""What the gate on signals counts: ordinary headlines read as marked, marked ones read wrongly."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.extract.signals import SignalsRead, read_signals

DATA = Path(__file__).parent / "data"
RECEIVED = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
# An ordinary headline must stay one whoever sends it.
SENDERS = (None, "reuters", "afp", "xinhua", "dpa", "tass", "ap", "ansa")


class Marked(NamedTuple):
    """A marked headline: who sent it, as printed, what is left of it, what it says."""

    agency: str | None
    printed: str
    clean: str
    says: dict[str, str]


def _lines(name: str) -> Iterator[str]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def ordinary() -> list[str]:
    return list(_lines("ordinary_headlines.txt"))


def marked() -> list[Marked]:
    found = []
    for line in _lines("marked_headlines.txt"):
        agency, printed, clean, says = (part.strip() for part in line.split("¦"))
        pairs = dict(pair.split("=", 1) for pair in says.split())
        found.append(Marked(None if agency == "-" else agency, printed, clean, pairs))
    return found


def read(headline: str, agency: str | None) -> SignalsRead:
    return read_signals(
        headline,
        "",
        agency=agency,
        slug=None,
        language=None,
        published_at=None,
        received_at=RECEIVED,
    )


def says(found: SignalsRead) -> dict[str, str]:
    signals = found.signals
    said = {
        "kind": signals.kind,
        "n": signals.update_number,
        "genre": signals.genre,
        "urgency": signals.urgency,
        "status": None if signals.pub_status == "usable" else signals.pub_status,
    }
    return {key: str(value) for key, value in said.items() if value is not None}


def false_alarms() -> list[tuple[str | None, str]]:
    """Return the ordinary headlines that are read as marked, with who sent them."""
    return [
        (agency, headline)
        for headline in ordinary()
        for agency in SENDERS
        if _is_alarm(read(headline, agency), headline)
    ]


def _is_alarm(found: SignalsRead, headline: str) -> bool:
    said = says(found)
    # capitals are an alert in the houses whose style says so, whatever the words
    if headline.isupper():
        said.pop("urgency", None)
    return bool(said or found.signals.markers or found.warnings or found.headline != headline)


def wrong() -> list[tuple[Marked, str, dict[str, str]]]:
    """Return the marked headlines that are read otherwise than they should be, and how."""
    faults = []
    for item in marked():
        found = read(item.printed, item.agency)
        if found.headline != item.clean or says(found) != item.says:
            faults.append((item, found.headline, says(found)))
    return faults


def scores() -> dict[str, int]:
    return {
        "ordinary": len(ordinary()),
        "false_alarms": len(false_alarms()),
        "marked": len(marked()),
        "wrong": len(wrong()),
    }
