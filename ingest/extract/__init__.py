"""Pages to stories: pure CPU, no database and no outside."""
