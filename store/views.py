"""The views of schema `wire`: the contract with those downstream, as SQL. Pure.

They are code, not data: `store.migrate` lays the current text over what is there, in the
transaction of the migrations. CREATE OR REPLACE lets columns be added at the end and refuses every
other change, which keeps the promise better than we could. Views test `pub_status` only, never the
clock: what is withheld or killed is gone in the transaction that said so.
"""

from typing import Final

ARTICLES: Final = """
CREATE OR REPLACE VIEW wire.articles AS
SELECT a.id, a.publisher, a.agency, a.agency_basis, a.url, v.headline, v.original_headline,
  v.subheadline, v.body, a.body_kind, a.language, a.section, a.slug, a.keywords, a.byline,
  a.credits, v.ed_note, a.genre, a.urgency::int AS urgency, a.signal, a.update_number,
  a.pub_status, a.embargoed_until, a.published_at, a.published_precision, a.first_seen_at,
  a.updated_at, a.revision, encode(a.content_sha256, 'hex') AS content_sha256, a.dateline_raw,
  a.dateline_place, a.dateline_region, a.dateline_name,
  a.dateline_country::char(2) AS dateline_country, a.dateline_lat, a.dateline_lon,
  a.dateline_geoname_id, a.dateline_date, a.dateline_agency, a.dateline_places,
  a.focus_country, a.focus_place, a.focus_confidence, a.cluster_id, a.chain_id,
  a.chain_position, a.replaces, a.link_reason, a.link_confidence, a.is_latest, a.word_count,
  a.flags, a.feeds, a.rules_version, a.model_version,
  jsonb_build_object('store', a.store, 'keep_days', a.keep_days, 'terms_url', a.terms_url)
    AS rights,
  jsonb_build_object('discovered', a.first_seen_at, 'fetched', a.fetched_at,
    'extracted', a.extracted_at, 'enriched', a.enriched_at, 'stored', a.stored_at) AS lineage,
  v.tsv
FROM wire_data.articles a
LEFT JOIN wire_data.article_versions v ON v.article_nr = a.nr AND v.revision = a.revision
WHERE a.pub_status = 'usable'
"""

VERSIONS: Final = """
CREATE OR REPLACE VIEW wire.article_versions AS
SELECT a.id AS article_id, v.revision, v.headline, v.body, v.signal, v.ed_note,
  v.first_observed_at, v.last_observed_at, encode(v.content_sha256, 'hex') AS content_sha256
FROM wire_data.article_versions v
JOIN wire_data.articles a ON a.nr = v.article_nr
WHERE a.pub_status = 'usable'
"""

MENTIONS: Final = """
CREATE OR REPLACE VIEW wire.mentions AS
SELECT a.id AS article_id, m.revision, coalesce(e.merged_into, e.id) AS entity_id, m.label,
  m.text, CASE WHEN m.in_headline THEN 'headline' ELSE 'body' END AS field, m.start_char,
  m.end_char, m.confidence
FROM wire_data.mentions m
JOIN wire_data.articles a ON a.nr = m.article_nr
JOIN wire_data.entities e ON e.nr = m.entity_nr
WHERE a.pub_status = 'usable'
"""

# A name that only withdrawn stories hold is withdrawn with them.
ENTITIES: Final = """
CREATE OR REPLACE VIEW wire.entities AS
SELECT e.id, e.label, e.name, e.aliases, CASE WHEN e.curated THEN 'curated' ELSE 'auto' END
  AS status, e.country, e.lat, e.lon, e.geoname_id, e.merged_into, e.first_seen_at,
  e.article_count
FROM wire_data.entities e
WHERE e.curated OR EXISTS (
  SELECT FROM wire_data.mentions m JOIN wire_data.articles a ON a.nr = m.article_nr
  WHERE m.entity_nr = e.nr AND a.pub_status = 'usable')
  OR EXISTS (
  SELECT FROM wire_data.entities o JOIN wire_data.mentions m ON m.entity_nr = o.nr
  JOIN wire_data.articles a ON a.nr = m.article_nr
  WHERE o.merged_into = e.id AND a.pub_status = 'usable')
"""

CLUSTERS: Final = """
CREATE OR REPLACE VIEW wire.clusters AS
SELECT c.id, c.first_article_id, c.size, c.first_seen_at, c.last_seen_at, c.agencies, c.first_basis,
  c.first_at, c.credited_agency, c.credited_basis
FROM wire_data.clusters c
"""

CHANGES: Final = """
CREATE OR REPLACE VIEW wire.changes AS
SELECT c.seq, c.article_id, c.revision, c.kind, c.at FROM wire_data.changes c
"""

FEEDS: Final = """
CREATE OR REPLACE VIEW wire.feeds AS
SELECT f.url, f.agency, f.title, f.state, f.last_success_at, f.next_poll_at, f.interval_s,
  f.failures, f.possible_gaps, f.last_error, f.health
FROM wire_data.feeds f
"""

DEAD_LETTERS: Final = """
CREATE OR REPLACE VIEW wire.dead_letters AS
SELECT d.id, d.stage, d.topic, d.error_class, d.error, d.url, d.story_id, d.at, d.replayed_at,
  d.reason
FROM wire_data.dead_letters d
WHERE d.dropped_at IS NULL
"""

# Beyond the contract: what was withdrawn, without a word of its text.
WITHDRAWALS: Final = """
CREATE OR REPLACE VIEW wire.withdrawals AS
SELECT w.article_id, a.agency, a.publisher, w.kind, w.basis, w.observed_at, w.at, w.lifted_at
FROM wire_data.withdrawals w
LEFT JOIN wire_data.articles a ON a.id = w.article_id
"""

# The reader has no right to the tables, so the function runs with its owner's.
AS_OF: Final = """
CREATE OR REPLACE FUNCTION wire.articles_as_of(moment timestamptz)
RETURNS TABLE (
  article_id uuid, revision int, publisher text, agency text, url text, headline text,
  body text, signal text, ed_note text, observed_at timestamptz, content_sha256 text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT a.id, v.revision, a.publisher, a.agency, a.url, v.headline, v.body, v.signal, v.ed_note,
    s.observed_at, encode(v.content_sha256, 'hex')
  FROM (
    SELECT DISTINCT ON (s.article_nr) s.article_nr, s.revision, s.observed_at
    FROM wire_data.sightings s
    WHERE s.observed_at <= moment
    ORDER BY s.article_nr, s.rank DESC, s.observed_at DESC, s.page_sha256 DESC
  ) s
  JOIN wire_data.articles a ON a.nr = s.article_nr
  JOIN wire_data.article_versions v ON v.article_nr = s.article_nr AND v.revision = s.revision
  WHERE a.pub_status = 'usable'
$$
"""

ALL: Final = (
    ARTICLES,
    VERSIONS,
    MENTIONS,
    ENTITIES,
    CLUSTERS,
    CHANGES,
    FEEDS,
    DEAD_LETTERS,
    WITHDRAWALS,
    AS_OF,
)
