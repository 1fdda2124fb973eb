"""From the outside world to clean stories: poll, fetch, extract."""
