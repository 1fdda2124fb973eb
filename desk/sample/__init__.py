"""A small wire of our own writing: a dozen houses, their feeds and pages, served over HTTP.

What it publishes lies as data in seeds/sample; here it is read (stories), rendered (render), put
at addresses (layout) and served on loopback (server). The news comes in editions: the first holds
most of it, each later one brings updates, corrections and kills, so that a pipeline can be seen
to follow them. The same edition at the same address gives the same bytes, on every machine.
"""

from desk.sample.server import SampleFeed, SampleWire, steady_port
from desk.sample.stories import EDITIONS, Edition, Expected, read

__all__ = ["EDITIONS", "Edition", "Expected", "SampleFeed", "SampleWire", "read", "steady_port"]
