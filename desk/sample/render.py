"""Pages and feeds of the sample wire, rendered from its stories by templates.

A template is a file of seeds/sample with `$name` where a value stands, and with two kinds of block
that do not nest: `<!--each NAME-->…<!--end-->` is repeated, `<!--if NAME-->…<!--end-->` is left out
where there is no value. Values are escaped for HTML and XML; those that end in `_html` are markup
already. The bytes returned are in the site's own charset. Pure.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from functools import cache
from html import escape
from string import Template
from typing import Final

from desk.sample.layout import Layout
from desk.sample.stories import HOME, Edition, Feed, Site, Story

Values = Mapping[str, "str | Sequence[Mapping[str, str]]"]

_BLOCK: Final = re.compile(r"<!--(each|if) (\w+)-->\n?(.*?)<!--end-->\n?", re.DOTALL)
# What every page says of itself: nobody shall take invented news for news.
_INVENTED: Final = {
    "en": "Invented for the wiredesk sample wire: no such people, no such events.",
    "ru": "Вымышлено для учебной ленты wiredesk: таких людей и событий нет.",
    "es": "Inventado para el servicio de muestra wiredesk: ni personas ni hechos son reales.",
    "fr": "Inventé pour le fil de démonstration wiredesk : ni personnes ni faits réels.",
    "de": "Erfunden für den Beispieldienst wiredesk: weder Personen noch Ereignisse sind echt.",
    "zh": "本页内容为wiredesk示例虚构，人物与事件均不存在。",
}


def page(edition: Edition, site: Site, story: Story, layout: Layout) -> bytes:
    """Return a story's page as its house prints it."""
    others = [s for s in edition.of_site(site.id) if s.name != story.name and s.listed][:3]
    values: Values = {
        **_site_values(site, layout),
        **_story_values(story, site, layout),
        "canonical": _canonical(edition, site, story, layout),
        "jsonld_html": _json_ld(story, site, layout),
        "paragraphs": [{"paragraph": escape(p, quote=False)} for p in story.paragraphs],
        "related": [_story_values(other, site, layout) for other in others],
    }
    template = _template("pages/" + (story.template or site.template))
    return _encode(fill(template, values), site)


def feed(edition: Edition, site: Site, which: Feed, layout: Layout) -> bytes:
    """Return a feed with the stories that it lists in this edition."""
    stories = edition.in_feed(site.id, which.id)
    newest = max((s.printed_at for s in stories), default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    values: Values = {
        **_site_values(site, layout),
        **_times("built", newest),
        "title": escape(which.title),
        "self": escape(layout.base(site) + which.path),
        "items": [_story_values(story, site, layout) for story in stories],
    }
    return _encode(fill(_template("feeds/" + which.template), values), site)


def fill(template: str, values: Values) -> str:
    """Return `template` with its blocks and values filled in.

    Raises:
        KeyError: the template names a value that is not there.
    """
    done, at = [], 0
    for block in _BLOCK.finditer(template):
        done.append(Template(template[at : block.start()]).substitute(values))
        done.append(_fill_block(block[1], values[block[2]], block[3], values))
        at = block.end()
    return "".join([*done, Template(template[at:]).substitute(values)])


def _fill_block(
    kind: str, value: str | Sequence[Mapping[str, str]], inner: str, values: Values
) -> str:
    if kind == "if":
        return Template(inner).substitute(values) if value else ""
    rows = [row for row in value if not isinstance(row, str)]
    return "".join(Template(inner).substitute({**values, **row}) for row in rows)


@cache
def _template(path: str) -> str:
    return (HOME / path).read_text(encoding="utf-8")


def _encode(text: str, site: Site) -> bytes:
    # Python refuses a character that the charset lacks; a page writes it as a reference.
    return text.encode(site.charset, "xmlcharrefreplace")


def _site_values(site: Site, layout: Layout) -> dict[str, str]:
    return {
        "site_name": escape(site.name),
        "site_url": escape(layout.base(site)),
        "language": site.language,
        "charset": site.charset,
        "invented": _INVENTED[site.language],
        "feed_url": escape(layout.base(site) + site.feeds[0].path),
    }


def _story_values(story: Story, site: Site, layout: Layout) -> dict[str, str]:
    plain = {
        "headline": story.headline,
        "subheadline": story.subheadline,
        "section": story.section or "",
        "stamp": story.stamp,
        "byline": story.byline,
        "summary": story.summary,
        "slug": story.slug,
        "relative": story.path.lstrip("/"),
        "link": layout.url(site, story),
        "guid": story.guid or layout.url(site, story),
        "feed_date": story.feed_date or format_datetime(story.published),
    }
    html = "".join(f"<p>{escape(p, quote=False)}</p>" for p in story.paragraphs)
    return {
        **{name: escape(value) for name, value in plain.items()},
        **_times("published", story.published),
        **_times("updated", story.printed_at),
        "content_html": html,
        "content": escape(html),
    }


def _times(name: str, at: dt.datetime) -> dict[str, str]:
    return {
        f"{name}_iso": at.isoformat().replace("+00:00", "Z"),
        f"{name}_822": format_datetime(at),
    }


def _canonical(edition: Edition, site: Site, story: Story, layout: Layout) -> str:
    if story.canonical is None:
        return escape(layout.url(site, story))
    other = edition.stories[story.canonical]
    return escape(layout.url(edition.sites[other.site], other))


def _json_ld(story: Story, site: Site, layout: Layout) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": layout.url(site, story),
        "headline": story.headline,
        "description": story.summary,
        "articleSection": story.section,
        "datePublished": story.published.isoformat(),
        "dateModified": story.printed_at.isoformat(),
        "inLanguage": site.language,
        "author": {"@type": "Person", "name": story.byline} if story.byline else None,
        "publisher": {"@type": "NewsMediaOrganization", "name": site.name},
    }
    # `</` would end the script element early.
    return json.dumps({k: v for k, v in data.items() if v}, ensure_ascii=False).replace(
        "</", "<\\/"
    )
