"""The one way out: HTTP client, address guard, robots.txt and politeness slots.

Only this folder imports httpx. poll and fetch ask through `client.Door`.
"""
