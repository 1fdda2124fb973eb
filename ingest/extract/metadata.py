"""What a page says of itself outside its text: JSON-LD, meta tags, title, links. Pure.

`read_metadata` walks the head's tags once. Each field keeps its best source; times stay as printed
(`ingest.extract.dates` judges them). Nothing here looks at the body but for the first <h1>.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from lxml.html import HtmlElement

from ingest.extract import jsonld
from ingest.extract.text import tidy

# Keywords kept: more is search-engine bait.
_KEYWORDS: Final = 30
# What robots say that lowers what may be stored.
_RESERVED: Final = re.compile(r"\b(?:noarchive|nocache|none|noai)\b", re.IGNORECASE)
_URLISH: Final = re.compile(r"^(?:https?:|www\.|/|@|#)", re.IGNORECASE)
_SITE_SUFFIX: Final = re.compile(r"\s+[|\u2013\u2014·»:-]\s+[^|\u2013\u2014·»]{2,60}$")

_HEADLINE: Final = ("og:title", "twitter:title", "dc.title", "dcterms.title", "title", "headline")
_DESCRIPTION: Final = ("og:description", "description", "twitter:description", "dc.description")
_SECTION: Final = ("article:section", "section", "cxenseparse:section", "dc.subject", "category")
_AUTHOR: Final = (
    "author",
    "article:author",
    "byl",
    "dc.creator",
    "parsely-author",
    "sailthru.author",
)
_KEYWORD: Final = ("article:tag", "news_keywords", "keywords", "parsely-tags")
_PUBLISHED: Final = (
    "article:published_time", "og:published_time", "datepublished", "date", "pubdate",
    "publish-date", "publishdate", "parsely-pub-date", "sailthru.date", "dc.date.issued",
    "dc.date", "dcterms.created", "dcterms.date", "article.published", "publication_date",
    "cxenseparse:recs:publishtime", "og:article:published_time",
)  # fmt: skip
_MODIFIED: Final = (
    "article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified",
    "dcterms.modified", "article.updated", "dc.date.modified",
)  # fmt: skip
_SITE: Final = ("og:site_name", "application-name", "publisher", "dc.publisher")
_SLUG: Final = (
    "slug", "news_slug", "news-slug", "article:slug", "slugline", "dc.identifier.slug",
    "brightspot.slug",
)  # fmt: skip
_LOCALE: Final = ("og:locale", "content-language", "dc.language", "language")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its story; times as printed, the most trusted first."""

    headline: str | None = None
    titles: tuple[str, ...] = ()  # every form of the headline that the page has
    description: str | None = None
    alternative: str | None = None  # JSON-LD's second headline
    section: str | None = None
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    site: str | None = None
    slug: str | None = None
    source_organization: str | None = None
    published: tuple[str, ...] = ()  # in JSON-LD
    published_meta: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    canonical: str | None = None
    body: str | None = None  # JSON-LD's articleBody
    free: bool | None = None  # JSON-LD's isAccessibleForFree
    live: bool = False
    reserved: bool = False


def read_metadata(tree: HtmlElement, url: str, headers: Iterable[tuple[str, str]]) -> Metadata:
    """Return what the page at `url` says of itself; `headers` have lower-case names."""
    metas = _metas(tree)
    nodes = jsonld.articles([s.text or "" for s in _scripts(tree)])
    node = nodes[0] if nodes else {}
    titles = _titles(tree, metas, node)
    return Metadata(
        headline=titles[0] if titles else None,
        titles=titles,
        description=_first(jsonld.strings(node.get("description")), metas, _DESCRIPTION),
        alternative=jsonld.string(node.get("alternativeHeadline")),
        section=_first(jsonld.strings(node.get("articleSection")), metas, _SECTION),
        authors=_authors(node, metas),
        keywords=_keywords(node, metas),
        site=_first(jsonld.strings(node.get("publisher")), metas, _SITE),
        slug=_first((), metas, _SLUG),
        source_organization=_organisation(node),
        published=tuple(jsonld.strings(node.get("datePublished"))),
        published_meta=_all((), metas, _PUBLISHED),
        modified=_all(jsonld.strings(node.get("dateModified")), metas, _MODIFIED),
        languages=_all(
            [tree.get("lang") or "", *jsonld.strings(node.get("inLanguage"))], metas, _LOCALE
        ),
        canonical=_canonical(tree, url),
        body=jsonld.text(node.get("articleBody")),
        free=_free(node),
        live=any(jsonld.is_live(other) for other in nodes),
        reserved=_is_reserved(metas, headers),
    )


def _scripts(tree: HtmlElement) -> list[HtmlElement]:
    return [s for s in tree.iter("script") if "ld+json" in (s.get("type") or "").lower()]


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        name = name or meta.get("http-equiv") or ""
        if name and content:
            found[name.strip().lower()].append(content)
    return found


def _titles(
    tree: HtmlElement, metas: dict[str, list[str]], node: dict[str, jsonld.Json]
) -> tuple[str, ...]:
    """Return the page's headlines, best first; site names at their end are taken off."""
    heads = [tidy(h.text_content()) for h in tree.iter("h1")][:3]
    said = [
        *jsonld.strings(node.get("headline")),
        *(v for n in _HEADLINE for v in metas.get(n, ())),
    ]
    title = next((tidy(t.text_content()) for t in tree.iter("title")), "")
    plain = [tidy(text) for text in (*said, title)]
    bare = [_without_site(text) for text in plain]
    # an <h1> that the page's own metadata repeats is how the headline is printed
    printed = [h for h in heads if h and any(_agree(h, other) for other in bare)]
    first = printed or [text for text in bare if text][:1]
    rest = [text for text in (*bare, *heads, *plain) if text]
    return tuple(dict.fromkeys((*first, *rest)))


def _without_site(title: str) -> str:
    """Take a site's name off the end; where the rest is shorter than it, it was no site's name."""
    bare = _SITE_SUFFIX.sub("", title)
    return bare if len(bare) * 2 >= len(title) else title


def _agree(one: str, other: str) -> bool:
    """Tell whether two titles are one, the shorter cut off or followed by a site's name."""
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return bool(short) and long.startswith(short) and len(short) * 2 >= len(long)


def _first(said: Sequence[str], metas: dict[str, list[str]], names: Sequence[str]) -> str | None:
    return next(iter(_all(said, metas, names)), None)


def _all(said: Sequence[str], metas: dict[str, list[str]], names: Sequence[str]) -> tuple[str, ...]:
    found = (*said, *(value for name in names for value in metas.get(name, ())))
    return tuple(dict.fromkeys(text for value in found if (text := tidy(value))))


def _languages(
    tree: HtmlElement, node: dict[str, jsonld.Json], metas: dict[str, list[str]]
) -> tuple[str, ...]:
    return _all([tree.get("lang") or "", *jsonld.strings(node.get("inLanguage"))], metas, _LOCALE)


def _authors(node: dict[str, jsonld.Json], metas: dict[str, list[str]]) -> tuple[str, ...]:
    said = jsonld.strings(node.get("author")) or jsonld.strings(node.get("creator"))
    found = _all(said, {} if said else metas, _AUTHOR)
    return tuple(name for name in found if not _URLISH.match(name) and len(name) < 120)[:10]


def _keywords(node: dict[str, jsonld.Json], metas: dict[str, list[str]]) -> tuple[str, ...]:
    said = jsonld.strings(node.get("keywords"))
    found = _all(said, {} if said else metas, _KEYWORD)
    split = (part.strip() for text in found for part in re.split(r"[,;،、]", text))
    kept = dict.fromkeys(part for part in split if part and not _URLISH.match(part))
    return tuple(kept)[:_KEYWORDS]


def _organisation(node: dict[str, jsonld.Json]) -> str | None:
    for key in ("sourceOrganization", "provider", "creditText", "copyrightHolder"):
        if name := jsonld.string(node.get(key)):
            return name
    return None


def _canonical(tree: HtmlElement, url: str) -> str | None:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            try:
                return str(urljoin(url, (link.get("href") or "").strip()))
            except ValueError:
                return None
    return None


def _free(node: dict[str, jsonld.Json]) -> bool | None:
    value = node.get("isAccessibleForFree")
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _is_reserved(metas: dict[str, list[str]], headers: Iterable[tuple[str, str]]) -> bool:
    """Tell whether robots tags, X-Robots-Tag or a TDM reservation lower what may be stored."""
    said = [v for name in ("robots", "googlebot", "googlebot-news") for v in metas.get(name, ())]
    tdm = list(metas.get("tdm-reservation", ()))
    for name, value in headers:
        if name == "x-robots-tag":
            said.append(value)
        elif name == "tdm-reservation":
            tdm.append(value)
    return any(_RESERVED.search(value) for value in said) or any(v.strip() == "1" for v in tdm)
