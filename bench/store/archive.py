"""An archive of generated stories, laid straight into the tables: what two years of wires leave.

Not written by the writer, which would take hours, but row for row what it would have written: texts
with their search vectors, sightings, signatures, names, clusters of syndication, the change feed,
near-duplicate bands of the last week. Indexes are taken away first and made anew at the end.
"""

import random
import time
from collections.abc import Iterator
from typing import Final

import psycopg
from psycopg import sql

from bench.store.stories import NOW, words

# Articles in one statement: a transaction of some hundred megabytes.
_CHUNK: Final = 50_000
_PARAGRAPHS: Final = 20_000
# Stories a day, whatever the size of the archive: a larger one reaches further back.
_A_DAY: Final = 5_000
# Names and what names them, as counted on real wires: few are named often, most once or twice.
_ENTITIES_AN_ARTICLE: Final = 0.15

_SETTINGS: Final = """
SET maintenance_work_mem = '512MB'; SET synchronous_commit = off; SET statement_timeout = 0;
SET max_parallel_maintenance_workers = 0
"""

_ENTITIES: Final = """
INSERT INTO wire_data.entities (nr, id, key, label, name, aliases, curated, country, geoname_id,
  first_seen_at)
OVERRIDING SYSTEM VALUE
SELECT n, md5('entity' || n)::uuid, 'key ' || n,
  (ARRAY['LOC', 'PER', 'ORG', 'PER', 'PER', 'ORG'])[1 + n %% 6], 'Name ' || n,
  ARRAY['Name ' || n], n %% 50 = 0, CASE WHEN n %% 6 = 0 THEN 'RS' END, NULL, %(now)s
FROM generate_series(%(first)s, %(last)s) n
"""

# Skewed as agencies and countries are: the first of them has many times what the last has.
_ARTICLES: Final = """
INSERT INTO wire_data.articles (nr, id, url, host, publisher, agency, agency_basis, pub_status,
  revision, last_revision, content_sha256, source, page_sha256, observed_at, first_seen_at,
  fetched_at, extracted_at, enriched_at, stored_at, published_at, published_precision, updated_at,
  text_status, body_kind, word_count, language, section, slug, keywords, byline, signal,
  dateline_raw, dateline_place, dateline_name, dateline_country, dateline_lat, dateline_lon,
  dateline_geoname_id, dateline_date, dateline_agency, focus_country, focus_place,
  focus_confidence, cluster_id, chain_id, chain_position, headline_key, slug_key, flags, feeds,
  rules_version, model_version, store)
OVERRIDING SYSTEM VALUE
SELECT n, md5('article' || n)::uuid, 'https://wire-' || agency || '.example/news/' || n,
  'wire-' || agency || '.example', 'wire-' || agency || '.example', 'archive-' || agency, 'feed',
  CASE WHEN n %% 997 = 0 THEN 'canceled' ELSE 'usable' END, 1 + (n %% 20 = 0)::int,
  1 + (n %% 20 = 0)::int, sha256(int8send(n)), 'page', sha256(int8send(n)), at, at, at, at, at, at,
  at, 'minute', at, 'usable', 'full', 360,
  (ARRAY['en', 'en', 'en', 'es', 'de', 'ru'])[1 + n %% 6], 'World', 'slug ' || n, ARRAY['world'],
  'By A Reporter', CASE WHEN n %% 20 = 0 THEN 'correction' END,
  'BELGRADE, November 23.', 'BELGRADE', 'Belgrade', country, 44.8, 20.5, 792680, at::date,
  'archive-' || agency, CASE WHEN n %% 3 = 0 THEN 'UA' ELSE country END, 'Belgrade', 0.8,
  CASE WHEN n %% 10 < 2 THEN md5('article' || n - n %% 10)::uuid END, NULL, NULL,
  'headline ' || n, 'slug ' || n, '{}', ARRAY['https://wire-' || agency || '.example/rss'],
  '1', '1', 'full'
FROM (
  SELECT n, 1 + floor(40 * power(random(), 3))::int AS agency,
    (ARRAY['RS','US','GB','FR','DE','RU','CN','UA','IN','BR','JP','IL','TR','IR','EG','ZA','NG',
    'KE','MX','AR','ES','IT','PL','SE','NO','FI','GR','BE','NL','CH','AT','HU','CZ','RO','BG',
    'KR','AU','CA','SA','PK'])[1 + floor(40 * power(random(), 2))::int] AS country,
    %(now)s - make_interval(secs => (%(count)s - n) * (86400.0 / %(a_day)s)) AS at
  FROM generate_series(%(first)s, %(last)s) n) drawn
"""

_TEXTS: Final = """
INSERT INTO wire_data.article_versions (article_nr, revision, content_sha256, headline,
  original_headline, body, signal, first_observed_at, last_observed_at, language, tsv)
SELECT a.nr, r, CASE WHEN r = a.revision THEN a.content_sha256 ELSE sha256(int8send(-a.nr)) END,
  h.text, h.text, concat_ws(E'\n', one.text, two.text, three.text, four.text, five.text, six.text),
  CASE WHEN r = 2 THEN 'correction' END, a.observed_at, a.observed_at, 'english',
  setweight(h.tsv, 'A') || one.tsv || two.tsv || three.tsv || four.tsv || five.tsv || six.tsv
FROM wire_data.articles a
CROSS JOIN LATERAL generate_series(1, a.revision) r
JOIN headlines h ON h.n = (a.nr * 7919) %% %(paragraphs)s
JOIN paragraphs one ON one.n = (a.nr * 31 + r) %% %(paragraphs)s
JOIN paragraphs two ON two.n = (a.nr * 101 / 3) %% %(paragraphs)s
JOIN paragraphs three ON three.n = (a.nr * 211 / 7) %% %(paragraphs)s
JOIN paragraphs four ON four.n = (a.nr * 307 / 11) %% %(paragraphs)s
JOIN paragraphs five ON five.n = (a.nr * 401 / 13) %% %(paragraphs)s
JOIN paragraphs six ON six.n = (a.nr * 503 / 17) %% %(paragraphs)s
WHERE a.nr BETWEEN %(first)s AND %(last)s ORDER BY a.nr
"""

_SIGHTINGS: Final = """
INSERT INTO wire_data.sightings (article_nr, observed_at, page_sha256, revision, rank,
  rules_version)
SELECT a.nr, a.observed_at - (a.revision - r) * interval '1 hour',
  CASE WHEN r = a.revision THEN a.page_sha256 ELSE sha256(int8send(-a.nr)) END, r, 7, '1'
FROM wire_data.articles a CROSS JOIN LATERAL generate_series(1, a.revision) r
WHERE a.nr BETWEEN %(first)s AND %(last)s
"""

# The fourth power gives the most named entity 4 %% of all mentions, as large countries have.
_MENTIONS: Final = """
INSERT INTO wire_data.mentions (article_nr, revision, start_char, end_char, in_headline, entity_nr,
  confidence, label, text)
SELECT a.nr, a.revision, 40 * m, 40 * m + 12, m = 0, entity, 0.9,
  (ARRAY['LOC', 'PER', 'ORG', 'PER', 'PER', 'ORG'])[1 + entity %% 6], 'Name ' || entity
FROM wire_data.articles a, LATERAL (
  SELECT m, 1 + floor(%(entities)s * power(random(), 4))::int AS entity
  FROM generate_series(0, %(mentions)s - 1) m WHERE a.nr > 0) drawn
WHERE a.nr BETWEEN %(first)s AND %(last)s
"""

_SIGNATURES: Final = """
INSERT INTO wire_data.signatures (article_nr, made_by, words, minhash, bands, figures, names)
SELECT nr, 'archive', 180, string_agg(sha256(int8send(nr * 8 + part)), NULL),
  (SELECT array_agg(hashint8extended(nr, band)) FROM generate_series(1, 25) band),
  substring(string_agg(sha256(int8send(nr * 9 + part)), NULL) for 40),
  substring(string_agg(sha256(int8send(nr * 7 + part)), NULL) for 120)
FROM wire_data.articles, generate_series(0, 7) part
WHERE nr BETWEEN %(first)s AND %(last)s GROUP BY nr
"""

_BANDS: Final = """
INSERT INTO wire_data.bands (band, article_nr)
SELECT unnest(s.bands), a.nr FROM wire_data.articles a
JOIN wire_data.signatures s ON s.article_nr = a.nr
WHERE a.nr BETWEEN %(first)s AND %(last)s AND a.first_seen_at > %(now)s - interval '7 days'
"""

_ALIASES: Final = """
INSERT INTO wire_data.aliases (digest, name, story_id, at)
SELECT md5(kind || nr)::uuid, kind || url, id, first_seen_at
FROM wire_data.articles, (VALUES ('url:'), ('guid:archive:')) kinds (kind)
WHERE nr BETWEEN %(first)s AND %(last)s
"""

_CLUSTERS: Final = """
INSERT INTO wire_data.clusters (id, first_article_id, first_basis, first_at, credited_agency,
  credited_basis, size, first_seen_at, last_seen_at, agencies)
SELECT cluster_id, cluster_id, 'published', min(published_at), min(agency), 'feed', count(*),
  min(first_seen_at), max(first_seen_at), array_agg(DISTINCT agency)
FROM wire_data.articles WHERE nr BETWEEN %(first)s AND %(last)s AND cluster_id IS NOT NULL
GROUP BY cluster_id ON CONFLICT DO NOTHING
"""

_CHANGES: Final = """
INSERT INTO wire_data.changes (seq, article_id, revision, kind, at)
SELECT 2 * nr - 2 + r, id, r, CASE WHEN r = 1 THEN 'published' WHEN pub_status = 'canceled'
  THEN 'killed' WHEN revision = 2 THEN 'corrected' ELSE 'updated' END, first_seen_at
FROM wire_data.articles, generate_series(1, 2) r WHERE nr BETWEEN %(first)s AND %(last)s
"""

_WITHDRAWALS: Final = """
INSERT INTO wire_data.withdrawals (article_id, kind, basis, observed_at, at)
SELECT id, 'kill', 'named', first_seen_at, first_seen_at FROM wire_data.articles
WHERE nr BETWEEN %(first)s AND %(last)s AND pub_status = 'canceled'
"""

_STATEMENTS: Final = (
    _ARTICLES,
    _TEXTS,
    _SIGHTINGS,
    _MENTIONS,
    _SIGNATURES,
    _BANDS,
    _ALIASES,
    _CLUSTERS,
    _CHANGES,
    _WITHDRAWALS,
)

_COUNTERS: Final = """
INSERT INTO wire_data.counters (name, value)
SELECT name, (SELECT max(seq) FROM wire_data.changes)
FROM (VALUES ('seq'), ('relayed'), ('counted')) names (name)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value
"""

_SEQUENCES: Final = """
SELECT setval('wire_data.articles_nr_seq', (SELECT max(nr) FROM wire_data.articles)),
  setval('wire_data.entities_nr_seq', (SELECT max(nr) FROM wire_data.entities))
"""

_COUNTS: Final = """
UPDATE wire_data.entities e SET article_count = n FROM (
  SELECT entity_nr, count(DISTINCT article_nr) AS n FROM wire_data.mentions GROUP BY entity_nr) c
WHERE c.entity_nr = e.nr
"""


def fill(url: str, articles: int, mentions: int) -> float:
    """Lay an archive of so many articles with so many mentions each; return the seconds taken."""
    begun = time.monotonic()
    entities = max(1_000, int(articles * _ENTITIES_AN_ARTICLE))
    # parameters are put in by the client: the server would have to guess their types
    factory = psycopg.ClientCursor
    with psycopg.connect(url, autocommit=True, cursor_factory=factory) as connection:
        connection.execute(_SETTINGS)
        later = _take_away(connection)
        _paragraphs(connection)
        shared = {"now": NOW, "count": articles, "a_day": _A_DAY, "entities": entities}
        shared |= {"mentions": mentions, "paragraphs": _PARAGRAPHS}
        connection.execute(_ENTITIES, shared | {"first": 1, "last": entities})
        for first, last in _chunks(articles):
            for statement in _STATEMENTS:
                connection.execute(statement, shared | {"first": first, "last": last})
            print(f"  {last:,} articles, {time.monotonic() - begun:,.0f} s", flush=True)
        for definition in later:
            connection.execute(definition)
        connection.execute(_COUNTERS)
        connection.execute(_SEQUENCES)
        connection.execute(_COUNTS)
        connection.execute("VACUUM ANALYZE")
    return time.monotonic() - begun


def _chunks(articles: int) -> Iterator[tuple[int, int]]:
    for first in range(1, articles + 1, _CHUNK):
        yield first, min(first + _CHUNK - 1, articles)


def _take_away(connection: psycopg.Connection) -> list[bytes]:
    """Drop the indexes that no constraint needs and the foreign keys; return what makes them."""
    indexes = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'wire_data'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)"
    ).fetchall()
    keys = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'wire_data'::regnamespace"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    for table, name, _ in keys:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    made = [definition.encode() for _, definition in indexes]
    return made + [f"ALTER TABLE {t} ADD CONSTRAINT {n} {d}".encode() for t, n, d in keys]


def _paragraphs(connection: psycopg.Connection) -> None:
    """Lay the paragraphs and headlines of which texts are put together."""
    rng = random.Random(1)
    vocabulary = words(random.Random(0))
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    for table, length in (("paragraphs", 60), ("headlines", 9)):
        name = sql.Identifier(table)
        connection.execute(
            sql.SQL("CREATE TEMP TABLE {} (n bigint PRIMARY KEY, text text)").format(name)
        )
        chosen = rng.choices(vocabulary, weights, k=length * _PARAGRAPHS)
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(name)) as rows:
            for n in range(_PARAGRAPHS):
                rows.write_row((n, " ".join(chosen[n * length : (n + 1) * length])))
        connection.execute(
            sql.SQL(
                "ALTER TABLE {} ADD tsv tsvector GENERATED ALWAYS AS"
                " (to_tsvector('english', text)) STORED"
            ).format(name)
        )
        connection.execute(sql.SQL("ANALYZE {}").format(name))
