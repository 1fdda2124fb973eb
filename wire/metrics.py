"""What each service counts and measures, in Prometheus' terms; docs/logging.md lists it all.

Names are `wiredesk_<stage>_<noun>_<unit or total>`; what every stage has in common is called
`stage` and bears its name as a label. Labels are bounded: a stage, a topic, an outcome, a reason of
our own words; never a URL, never a story. Set by the thread that does the work, read by those that
answer scrapes.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

# From a fetched page's quarter of a second to a retry's hours.
_WAITS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600, 21_600)
# News is read within minutes; a feed's first poll brings what is days old.
_WAYS: Final = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400)

FATES: Final = Counter("wiredesk_stage_fates_total", "Messages by their fate", ["stage", "outcome"])
DEAD: Final = Counter("wiredesk_stage_dead_total", "Messages that died", ["stage", "reason"])
SECONDS: Final = Histogram(
    "wiredesk_stage_message_seconds",
    "From the broker's receipt of a message to the commit of its offset",
    ["stage"],
    buckets=_WAITS,
)
LAG: Final = Gauge("wiredesk_stage_lag_messages", "Messages that wait", ["stage", "topic"])
LOST: Final = Counter(
    "wiredesk_stage_lost_messages_total",
    "Messages that retention took before the stage had done them",
    ["stage", "topic"],
)
OLDEST: Final = Gauge(
    "wiredesk_stage_oldest_seconds", "Age of the oldest message in hand", ["stage"]
)
READY: Final = Gauge("wiredesk_stage_ready", "1 where the stage can do its work now", ["stage"])
WAY: Final = {
    "publication": Histogram(
        "wiredesk_enrich_publication_seconds",
        "From a story's publication, as it says itself, to its row",
        buckets=_WAYS,
    ),
    "discovery": Histogram(
        "wiredesk_enrich_discovery_seconds",
        "From the poll that first saw a story to its row",
        buckets=_WAYS,
    ),
}
FEED_SECONDS: Final = Histogram(
    "wiredesk_poll_feed_seconds",
    "From asking for a feed to its state saved",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
