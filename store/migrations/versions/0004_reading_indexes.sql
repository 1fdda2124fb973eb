-- A condition on a view's column uses an index of what the view computes, not of what it stands on.
CREATE INDEX ix_articles_filed_from ON wire_data.articles ((dateline_country::character(2)), published_at);
DROP INDEX wire_data.ix_articles_dateline_country_published_at;
CREATE INDEX ix_entities_stands_for ON wire_data.entities (COALESCE(merged_into, id));

-- Retention asks for the oldest of each length of keep.
DROP INDEX wire_data.ix_articles_kept;
CREATE INDEX ix_articles_kept ON wire_data.articles (keep_days, first_seen_at) WHERE keep_days IS NOT NULL;

-- Counting by time, agency and country reads the index alone.
CREATE INDEX ix_articles_published ON wire_data.articles (published_at)
  INCLUDE (nr, revision, pub_status, agency, signal, dateline_country, focus_country);
DROP INDEX wire_data.ix_articles_published_at;

-- How many weeks there are: without it the planner sorts all rows to count them by week.
CREATE STATISTICS wire_data.articles_by_week (ndistinct)
  ON (date_trunc('week', published_at)), agency FROM wire_data.articles;

-- An index of an expression is of no use to the planner before it knows how values lie in it.
ANALYZE wire_data.articles, wire_data.entities;
