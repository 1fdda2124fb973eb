-- Rows as the schema 0001 holds them: a story with two texts, one killed, one kept for thirty days.
INSERT INTO wire_data.articles (nr, id, url, host, agency, publisher, pub_status, revision,
  last_revision, content_sha256, source, page_sha256, observed_at, first_seen_at, fetched_at,
  stored_at, published_at, published_precision, updated_at, text_status, body_kind, word_count,
  language, keywords, signal, dateline_country, flags, feeds, rules_version, model_version, store,
  keep_days)
OVERRIDING SYSTEM VALUE
SELECT n, ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'https://wire.example/' || n,
  'wire.example', 'tass', 'wire.example', CASE WHEN n = 2 THEN 'canceled' ELSE 'usable' END,
  CASE WHEN n = 1 THEN 2 ELSE 1 END, CASE WHEN n = 1 THEN 2 ELSE 1 END, sha256(int4send(n)), 'page',
  sha256(int4send(n)), at, at, at, at, at, 'minute', at, 'usable', 'full', 4, 'en', '{world}',
  CASE WHEN n = 1 THEN 'correction' END, 'RS', '{}', '{https://wire.example/rss}', '1', '1', 'full',
  CASE WHEN n = 3 THEN 30 END
FROM generate_series(1, 3) n, (SELECT timestamptz '2026-11-23 12:00Z' AS at) moment;

INSERT INTO wire_data.article_versions (article_nr, revision, content_sha256, headline,
  original_headline, body, first_observed_at, last_observed_at, language)
SELECT nr, r, CASE WHEN r = revision THEN content_sha256 ELSE sha256(int4send(-nr::int)) END,
  'Bridges open', 'Bridges open', 'Two bridges opened on day ' || r || '.', observed_at,
  observed_at, 'english'
FROM wire_data.articles, generate_series(1, revision) r;

INSERT INTO wire_data.sightings (article_nr, observed_at, page_sha256, revision, rank,
  rules_version)
SELECT nr, observed_at - (revision - r) * interval '1 hour',
  CASE WHEN r = revision THEN page_sha256 ELSE sha256(int4send(-nr::int)) END, r, 7, '1'
FROM wire_data.articles, generate_series(1, revision) r;

INSERT INTO wire_data.entities (nr, id, key, label, name, aliases, curated, first_seen_at)
OVERRIDING SYSTEM VALUE
VALUES (1, '10000000-0000-0000-0000-000000000001', 'per:bela kiss', 'PER', 'Bela Kiss', '{}', false,
  '2026-11-23 12:00Z');

INSERT INTO wire_data.mentions (article_nr, revision, start_char, end_char, in_headline, entity_nr,
  confidence, label, text)
SELECT nr, revision, 0, 3, false, 1, 0.9, 'PER', 'Two' FROM wire_data.articles;

INSERT INTO wire_data.changes (seq, article_id, revision, kind, at)
SELECT nr, id, 1, 'published', stored_at FROM wire_data.articles;
INSERT INTO wire_data.counters (name, value) VALUES ('seq', 3);

SELECT setval('wire_data.articles_nr_seq', 3), setval('wire_data.entities_nr_seq', 1);
