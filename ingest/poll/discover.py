"""A site's feeds and news sitemaps: what its pages name, what robots.txt lists, usual paths.

Every candidate is asked and read before it is told: an address that answers with something else is
no feed. Runs on an event loop, through the door, one request to the site after another.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html
from protego import Protego
from trafilatura.feeds import FeedParameters, determine_feed

from ingest.poll.conclude import ACCEPT
from ingest.poll.parse import NoFeedError, ParsedFeed, parse_feed
from ingest.poll.sitemap import index_parts, parse_sitemap
from ingest.poll.text import squeeze
from ingest.web.client import Answer, Door
from ingest.web.outcomes import NoAnswer
from store.feeds import Kind

_FEED_TYPES: Final = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/xml",
        "text/xml",
        "application/feed+xml",
    }
)
# Where content systems put their feeds; asked only where the site names none.
_USUAL_FEEDS: Final = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feeds",
)
_USUAL_SITEMAPS: Final = (
    "/sitemap-news.xml",
    "/news-sitemap.xml",
    "/sitemap_news.xml",
    "/sitemap.xml",
)
# A page may name a feed for each of its sections; more are a directory of all tags.
_MOST: Final = 30
# Parts of an index that are looked into: those whose name speaks of news, else the first.
_MOST_PARTS: Final = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that answers: where, what kind, how it was found, what it holds now."""

    url: str
    kind: Kind
    title: str | None
    entries: int
    how: str  # `itself`, `link`, `page`, `usual-path`, `robots`


async def discover(door: Door, url: str) -> list[Found]:
    """Return the feeds and news sitemaps of the site or page at `url`.

    Raises:
        NoAnswer: the page itself can't be had.
    """
    answer = await door.get(url, headers={"accept": f"text/html, {ACCEPT}"})
    itself = _read(answer, "rss")
    if itself is not None:
        return [_found(answer, "rss", itself, "itself")]
    feeds = [f async for f in _tried(door, _named(answer), "rss")]
    if not feeds:
        usual = ((urljoin(answer.final_url, path), "usual-path") for path in _USUAL_FEEDS)
        feeds = [f async for f in _tried(door, usual, "rss")]
    return feeds + await _sitemaps(door, answer.final_url)


def _named(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the feeds that a page names, in its order: link elements, then links in the text."""
    seen: set[str] = set()
    for link in _link_elements(answer):
        if link not in seen:
            seen.add(link)
            yield link, "link"
    host = urlsplit(answer.final_url).netloc
    html = answer.body.decode("utf-8", "replace")
    for link in determine_feed(html, FeedParameters(answer.final_url, host, answer.final_url)):
        if link not in seen:
            seen.add(link)
            yield link, "page"


def _link_elements(answer: Answer) -> list[str]:
    try:
        root = lxml.html.fromstring(answer.body)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
        return []
    base = root.xpath("string(//base/@href)")
    base = urljoin(answer.final_url, str(base)) if base else answer.final_url
    links = []
    for element in root.iter("link"):
        rel = (element.get("rel") or "").lower().split()
        kind = (element.get("type") or "").split(";")[0].strip().lower()
        href = element.get("href")
        if href and "alternate" in rel and kind in _FEED_TYPES:
            links.append(urljoin(base, squeeze(href)))
    return links


async def _sitemaps(door: Door, url: str) -> list[Found]:
    """Return the news sitemaps that robots.txt lists, else those at the usual paths."""
    listed = await _listed(door, urljoin(url, "/robots.txt"))
    usual = [(urljoin(url, path), "usual-path") for path in _USUAL_SITEMAPS]
    candidates = [(link, "robots") for link in listed] or usual
    return [found async for found in _tried(door, candidates, "sitemap")]


async def _listed(door: Door, url: str) -> list[str]:
    try:
        answer = await door.get(url, may_cut=True)
    except NoAnswer:
        return []
    rules = Protego.parse(answer.body.decode("utf-8", "replace"))
    links = [urljoin(url, link) for link in rules.sitemaps]
    # the ones that speak of news first: the others are mostly archives
    return sorted(dict.fromkeys(links), key=lambda link: "news" not in link.lower())


async def _tried(
    door: Door, candidates: Iterable[tuple[str, str]], kind: Kind
) -> AsyncIterator[Found]:
    """Yield the candidates that are feeds of this kind, looking into indexes of sitemaps."""
    waiting = list(candidates)[:_MOST]
    told: set[str] = set()
    while waiting:
        link, how = waiting.pop(0)
        try:
            answer = await door.get(link, headers={"accept": ACCEPT})
        except NoAnswer:
            continue
        if answer.final_url in told or answer.status != 200:
            continue
        told.add(answer.final_url)
        feed = _read(answer, kind)
        if feed is not None:
            yield _found(answer, kind, feed, how)
        elif kind == "sitemap" and how != "index":
            waiting += [(part, "index") for part in _news_parts(answer)]


def _news_parts(answer: Answer) -> list[str]:
    try:
        parts = index_parts(answer.body)
    except NoFeedError:
        return []
    news = [part for part in parts if "news" in part.lower()]
    return (news or parts)[:_MOST_PARTS]


def _read(answer: Answer, kind: Kind) -> ParsedFeed | None:
    if answer.status != 200:
        return None
    try:
        if kind == "sitemap":
            return parse_sitemap(answer.body, url=answer.final_url)
        return parse_feed(answer.body, url=answer.final_url, headers=answer.headers)
    except NoFeedError:
        return None


def _found(answer: Answer, kind: Kind, feed: ParsedFeed, how: str) -> Found:
    return Found(answer.moved_to or answer.final_url, kind, feed.title, len(feed.entries), how)
