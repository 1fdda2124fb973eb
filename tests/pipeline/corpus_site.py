"""A local web of real pages: those of the shared corpus, with RSS feeds that list them."""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

from tests.ingest.site import Asked, Reply, Site, ok, response

# As many houses as fit on loopback addresses of their own; politeness counts by host.
HOSTS = tuple(f"127.0.2.{number}" for number in range(1, 21))
ENTRIES_IN_A_FEED = 15


@dataclass(frozen=True)
class RealPage:
    id: str
    host: str
    path: str
    title: str
    html: Path


def real_pages(corpus: Path, count: int, of: str = "") -> list[RealPage]:
    """`count` pages, spread over the corpus or its set `of`, each at a host and path of its own."""
    lines = (corpus / "pages.jsonl").read_text(encoding="utf-8").splitlines()
    there = [page for page in map(json.loads, lines) if page["id"].startswith(of)]
    step = len(there) / count
    chosen = [there[int(number * step)] for number in range(count)]
    return [
        RealPage(
            page["id"],
            HOSTS[number % len(HOSTS)],
            f"/story/{number}",
            (page["gold"].get("headline") or page["id"]),
            corpus / page["html"],
        )
        for number, page in enumerate(chosen)
    ]


class CorpusSite(Site):
    """Serves the pages, and for each host a feed of each fifteen of them."""

    def __init__(self, pages: list[RealPage]) -> None:
        super().__init__(self._answer_to, host="0.0.0.0")
        self._pages = {(page.host, page.path): page for page in pages}
        self._feeds: dict[tuple[str, str], list[RealPage]] = defaultdict(list)
        for page in pages:
            of_host = [each for each in pages if each.host == page.host]
            number = of_host.index(page) // ENTRIES_IN_A_FEED
            self._feeds[page.host, f"/feed/{number}"].append(page)

    @property
    def feeds(self) -> list[str]:
        return [f"http://{host}:{self.port}{path}" for host, path in self._feeds]

    @property
    def urls(self) -> set[str]:
        return {f"http://{host}:{self.port}{path}" for host, path in self._pages}

    def _answer_to(self, asked: Asked) -> Reply:
        where = (asked.headers["host"].partition(":")[0], asked.path)
        if where in self._feeds:
            return ok(self._rss(self._feeds[where]), content_type="application/rss+xml")
        if where in self._pages:
            return ok(
                gzip.decompress(self._pages[where].html.read_bytes()), content_type="text/html"
            )
        return response(404)

    def _rss(self, pages: list[RealPage]) -> bytes:
        now = format_datetime(datetime.now(UTC))
        items = "".join(
            f"<item><title>{escape(page.title)}</title><pubDate>{now}</pubDate>"
            f"<link>http://{page.host}:{self.port}{page.path}</link>"
            f"<guid>{escape(page.id)}</guid></item>"
            for page in pages
        )
        return f'<rss version="2.0"><channel><title>real</title>{items}</channel></rss>'.encode()
