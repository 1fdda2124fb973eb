"""Who and which organisation: tagger, aliases within a story, linking across stories."""
