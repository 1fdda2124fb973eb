"""How well pages are read: word F1 against the bodies of the corpus, ours beside trafilatura's own.

The unit is a page: precision and recall over its words with their counts, F1 of the two, and the
mean over pages, so that one long page counts no more than a short one. A word is a run of letters
and digits; of scripts without spaces each character is one.
"""

import datetime as dt
import gzip
import hashlib
import json
import logging
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trafilatura import bare_extraction
from trafilatura.settings import Document

from ingest.extract.story import extract_page
from wire.errors import DeadLetter
from wire.messages import Entry, Page

NOW: Final = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
_WORD: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]|[^\\W\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+"
)


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page of the corpus with the body that people marked."""

    id: str
    source: str
    url: str
    wire: str | None
    content: bytes
    body: str


def load(corpus: Path) -> Iterator[GoldPage]:
    """Yield the pages of `corpus`/pages.jsonl."""
    with (corpus / "pages.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            content = gzip.decompress((corpus / raw["html"]).read_bytes())
            source = Path(raw["html"]).parent.name
            yield GoldPage(raw["id"], source, raw["url"], raw["wire"], content, raw["gold"]["body"])


def word_f1(ours: str, gold: str) -> float:
    """Return the F1 of the words of two texts; two empty texts agree."""
    one, other = Counter(_WORD.findall(ours.lower())), Counter(_WORD.findall(gold.lower()))
    if not one and not other:
        return 1.0
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values()))


def read(gold: GoldPage) -> str:
    """Return our body of the page, its dateline and credits given back: gold has them."""
    try:
        story = extract_page(page_of(gold), gold.content, furniture={}, now=NOW)
    except DeadLetter:
        return ""
    raw = story.dateline.raw if story.dateline else ""
    return f"{raw} {story.body}"


def read_bare(gold: GoldPage) -> str:
    """Return what trafilatura's default makes of the page."""
    document = bare_extraction(gold.content)
    return document.text or "" if isinstance(document, Document) else ""


def page_of(gold: GoldPage) -> Page:
    """Return the page as fetch would have given it: no feed says anything of it."""
    return Page(
        url=gold.url,
        final_url=gold.url,
        status=200,
        observed_at=NOW,
        page_sha256=hashlib.sha256(gold.content).hexdigest(),
        entry=Entry(
            story_id=uuid.uuid5(uuid.NAMESPACE_URL, gold.url),
            url=gold.url,
            canonical_url=gold.url,
            host="",
            feed_url=gold.url,
            observed_at=NOW,
            discovered_at=NOW,
            fingerprint="0" * 64,
        ),
    )


def means(scores: Mapping[str, float], pages: list[GoldPage]) -> dict[str, float]:
    """Return the mean over each source, over the pages with agency copy, and over all."""
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for page in pages:
        for group in (page.source, "all", *(("wire",) if page.wire else ())):
            groups[group].append(scores[page.id])
    return {group: round(sum(found) / len(found), 4) for group, found in sorted(groups.items())}


def quiet() -> None:
    """Silence trafilatura, which warns of every page that it makes nothing of."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
