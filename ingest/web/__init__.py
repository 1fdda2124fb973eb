"""The one outbound door: HTTP client, address guard, robots."""
