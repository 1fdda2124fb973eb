-- How each feed is, in a word, as of its last poll.
ALTER TABLE wire_data.feeds ADD COLUMN health TEXT DEFAULT 'new' NOT NULL
  CONSTRAINT ck_feeds_health CHECK (health IN (
    'ok', 'new', 'failing', 'quiet', 'overflowing', 'paused', 'retired'));
UPDATE wire_data.feeds SET health = CASE
  WHEN state <> 'active' THEN state
  WHEN last_success_at IS NULL THEN 'new'
  ELSE 'ok'
END;
