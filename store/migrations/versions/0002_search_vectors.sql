-- Search vectors are made before the writer's lock is taken, so the column takes them as they come.
ALTER TABLE wire_data.article_versions ALTER COLUMN tsv DROP EXPRESSION;

CREATE FUNCTION wire_data.search_vector(
  language regconfig, headline text, subheadline text, body text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT setweight(to_tsvector(language, coalesce(headline, '')), 'A')
    || setweight(to_tsvector(language, coalesce(subheadline, '')), 'B')
    || setweight(to_tsvector(language, coalesce(body, '')), 'D')
$$;

-- Whoever changes a text or inserts one without its vector still leaves the two in step.
CREATE FUNCTION wire_data.set_search_vector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.tsv := wire_data.search_vector(NEW.language, NEW.headline, NEW.subheadline, NEW.body);
  RETURN NEW;
END
$$;

CREATE TRIGGER search_vector_of_new BEFORE INSERT ON wire_data.article_versions
FOR EACH ROW WHEN (NEW.tsv IS NULL) EXECUTE FUNCTION wire_data.set_search_vector();

CREATE TRIGGER search_vector_of_changed
BEFORE UPDATE OF headline, subheadline, body, language ON wire_data.article_versions
FOR EACH ROW EXECUTE FUNCTION wire_data.set_search_vector();
