"""From stories to articles with entities."""
