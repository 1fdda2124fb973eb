"""Where: geocoding of mentions, and the country a story is about."""
