"""What each column of the views means, as comments in the database, where psql shows them.

docs/schema.md is made of them. Every view and column has one; a test holds that. Pure.
"""

from typing import Final

import sqlalchemy as sa
from psycopg import sql

VIEWS: Final[dict[str, str]] = {
    "articles": "Stories that may be used, each as it stands: the text shown and what it says.",
    "article_versions": "Every text that a usable story had, in order of arrival.",
    "mentions": "Spans of texts that name an entity: Unicode code points, end exclusive.",
    "entities": "People, organisations and places that usable stories name, and curated ones.",
    "clusters": "Stories whose bodies are nearly the same, whoever published them.",
    "changes": "What changed, in commit order and without gaps: keep one number, ask `seq > n`.",
    "feeds": "The feeds and how each is doing.",
    "dead_letters": "Messages that could not be done, and why; those put aside are not shown.",
    "withdrawals": "Kills, holds and removals, without a word of what was withdrawn.",
}

COLUMNS: Final[dict[str, dict[str, str]]] = {
    "articles": {
        "id": "given once, when the story was first seen; never changes",
        "publisher": "whose site it is, by host",
        "agency": "who originated the copy: an id of seeds/agencies.toml",
        "agency_basis": "how the agency is known: feed, host, dateline or credit",
        "url": "its address",
        "headline": "without markers such as `UPDATE 2-`",
        "original_headline": "as printed",
        "subheadline": "as printed below the headline",
        "body": "paragraphs parted by newlines, without dateline and furniture; as rights allow",
        "body_kind": "full, lead, feed (a teaser) or none",
        "language": "ISO 639-1",
        "section": "of the page or the feed",
        "slug": "the agency's short name of the story",
        "keywords": "of the page or the feed",
        "byline": "who wrote it, as printed",
        "credits": "credit line, as printed",
        "ed_note": "note to editors: what an update adds, what a correction corrects",
        "genre": "analysis, factbox, press-release, … where the story says so",
        "urgency": "IPTC, 1 (most urgent) to 9",
        "signal": "update, correction, refile, repeat, … as the story says of itself",
        "update_number": "of `UPDATE 3-`, `2nd Ld-Writethru` and their like",
        "pub_status": "usable: the views show nothing else",
        "embargoed_until": "when its embargo ended",
        "published_at": "the agency's time",
        "published_precision": "how that time is known: second, minute, day, inferred, received",
        "first_seen_at": "when a feed first listed it",
        "updated_at": "the agency's time of the text shown, else when that was first seen",
        "revision": "number of the text shown, in order of arrival",
        "content_sha256": "of normalised headline and body, as hex",
        "dateline_raw": "as printed",
        "dateline_place": "as printed, without country or state",
        "dateline_region": "state or country as printed",
        "dateline_name": "the gazetteer's name of the place",
        "dateline_country": "where it was filed, not where it happened; ISO 3166-1, XK for Kosovo",
        "dateline_lat": "degrees north",
        "dateline_lon": "degrees east",
        "dateline_geoname_id": "of the place in GeoNames",
        "dateline_date": "the local day of filing",
        "dateline_agency": "the agency that the dateline names",
        "dateline_places": "all places, where it was filed from several",
        "focus_country": "what country it is about",
        "focus_place": "what place it is about",
        "focus_confidence": "0 to 1",
        "cluster_id": "stories with nearly the same body share it",
        "chain_id": "updates, corrections and repeats under other addresses share it",
        "chain_position": "its place in the chain, from 1",
        "replaces": "the story of the chain that it follows",
        "link_reason": "by what that is known: slug, headline, body, named or manual",
        "link_confidence": "0 to 1",
        "is_latest": "the last text of its chain; true where there is no chain",
        "word_count": "of the whole body, whatever of it may be kept",
        "flags": "oddities of feed and page, for whoever looks into one story",
        "feeds": "addresses of the feeds that listed it",
        "rules_version": "what read the page",
        "model_version": "what tagged the text",
        "rights": "what may be kept and the terms that say so: store, keep_days, terms_url",
        "lineage": "when it passed each stage",
        "tsv": "headline (A), sub-headline (B) and body (D) for full-text search",
    },
    "article_versions": {
        "article_id": "the story",
        "revision": "in order of arrival; never renumbered",
        "headline": "without markers",
        "body": "as in articles",
        "signal": "as this text said of itself",
        "ed_note": "as in articles",
        "first_observed_at": "when this text was first obtained",
        "last_observed_at": "when it was last obtained",
        "content_sha256": "as in articles",
    },
    "mentions": {
        "article_id": "the story",
        "revision": "the text that the offsets count in: join it with the story's",
        "entity_id": "whom or what it names; of a merged entity the one it became",
        "label": "PER, ORG, LOC or MISC",
        "text": "as printed",
        "field": "headline or body",
        "start_char": "first code point of the span",
        "end_char": "the one behind its last",
        "confidence": "0 to 1",
    },
    "entities": {
        "id": "the same for the same name on every machine",
        "label": "PER, ORG, LOC or MISC",
        "name": "its main name",
        "aliases": "other forms that were met or are listed",
        "status": "curated: an editor's; auto: found in a text",
        "country": "ISO 3166-1 alpha-2",
        "lat": "degrees north",
        "lon": "degrees east",
        "geoname_id": "of a place in GeoNames",
        "merged_into": "the entity that this one turned out to be",
        "first_seen_at": "when a story first named it",
        "article_count": "usable stories that name it, as of the last count",
    },
    "clusters": {
        "id": "of the story that began it; kept when clusters merge",
        "first_article_id": "who filed first",
        "size": "stories in it",
        "first_seen_at": "of its first story",
        "last_seen_at": "of its last story",
        "agencies": "that its stories credit",
        "first_basis": "which time `first_at` is: published (to the minute) or seen",
        "first_at": "when whoever filed first did so",
        "credited_agency": "whose copy it is: most of its stories are credited to it",
        "credited_basis": "how that is known of the first of them, as agency_basis",
    },
    "changes": {
        "seq": "in commit order, without gaps",
        "article_id": "the story",
        "revision": "the text shown after it",
        "kind": "published, updated, corrected, refiled, withheld, released, killed, removed, "
        "reinstated, relinked, clustered, forgotten or retained",
        "at": "when it was stored",
    },
    "feeds": {
        "url": "its address",
        "agency": "whose copy it carries",
        "title": "as it calls itself",
        "state": "active, paused or retired",
        "last_success_at": "when it last answered well",
        "next_poll_at": "when it is asked next",
        "interval_s": "seconds between polls, as learned",
        "failures": "in a row",
        "possible_gaps": "polls that shared no entry with the one before",
        "last_error": "why the last poll failed",
        "health": "as of its last poll: ok, new, failing, quiet (nothing new for far longer than "
        "its habit), overflowing (more is filed between two polls than it holds), paused, retired",
    },
    "dead_letters": {
        "id": "its number for `wiredesk dead`",
        "stage": "who gave it up",
        "topic": "where it came from",
        "error_class": "class of the error",
        "error": "what it said",
        "url": "the story's address, where known",
        "story_id": "the story, where known",
        "at": "when it was given up",
        "replayed_at": "when it was tried again",
        "reason": "why, in a word that can be counted",
    },
    "withdrawals": {
        "article_id": "the story",
        "agency": "who originated it",
        "publisher": "whose site it stood on",
        "kind": "kill, hold or removal",
        "basis": "own-url, named, tombstone, gone or person",
        "observed_at": "when the notice was obtained",
        "at": "when it was stored",
        "lifted_at": "when it was taken back",
    },
}


def lay(connection: sa.Connection) -> None:
    """Write the comments on the views and their columns."""
    driver = connection.connection.driver_connection
    assert driver is not None
    statements = [
        sql.SQL("COMMENT ON VIEW {} IS {}").format(sql.Identifier("wire", view), sql.Literal(text))
        for view, text in VIEWS.items()
    ]
    statements += [
        sql.SQL("COMMENT ON COLUMN {} IS {}").format(
            sql.Identifier("wire", view, column), sql.Literal(text)
        )
        for view, columns in COLUMNS.items()
        for column, text in columns.items()
    ]
    together = sql.SQL(";\n").join(statements)
    connection.exec_driver_sql(together.as_string(driver).replace("%", "%%"))
