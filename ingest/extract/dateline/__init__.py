"""Datelines: where, when and by whom a story was filed, read off its opening. Pure, no I/O."""

from ingest.extract.dateline.reader import read_dateline, try_dateline

__all__ = ["read_dateline", "try_dateline"]
