"""Kafka: the only package that imports it. Records in, messages out, topics made and compared."""

from wire.bus.admin import Drift, Lag, create_topics, drifts, lags, topic_ids, wait_for_broker
from wire.bus.consumer import Consumer, read_key, read_whole
from wire.bus.looks import Found, moments, positions_at, search
from wire.bus.producer import Producer
from wire.bus.pulse import Pulse
from wire.bus.records import Outgoing, Partition, Record

__all__ = [
    "Consumer",
    "Drift",
    "Found",
    "Lag",
    "Outgoing",
    "Partition",
    "Producer",
    "Pulse",
    "Record",
    "create_topics",
    "drifts",
    "lags",
    "moments",
    "positions_at",
    "read_key",
    "read_whole",
    "search",
    "topic_ids",
    "wait_for_broker",
]
