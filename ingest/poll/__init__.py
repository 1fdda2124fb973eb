"""Feeds to entries: schedule, conditional requests, parse, identify."""
