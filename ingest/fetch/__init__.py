"""Entries to pages: many hosts at once, each politely."""
