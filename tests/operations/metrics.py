"""The names of all metrics, in the order in which the code has them."""

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from desk.gauges import FAMILIES
from ingest.poll.health import FEEDS
from wire import metrics

OURS: tuple[MetricWrapperBase, ...] = (
    metrics.FATES,
    metrics.DEAD,
    metrics.SECONDS,
    metrics.LAG,
    metrics.LOST,
    metrics.OLDEST,
    metrics.READY,
    *metrics.WAY.values(),
    metrics.FEED_SECONDS,
    FEEDS,
)


def metric_names() -> list[str]:
    """Return each metric's name as Prometheus shows it, histograms without their suffixes."""
    return [*(_name(metric) for metric in OURS), *FAMILIES]


def series_names() -> set[str]:
    """Return every name that a query may use."""
    suffixes = ("_bucket", "_sum", "_count")
    found = set(metric_names())
    for metric in OURS:
        if isinstance(metric, Histogram):
            found |= {_name(metric) + suffix for suffix in suffixes}
    return found


def _name(metric: MetricWrapperBase) -> str:
    (family,) = metric.collect()
    assert isinstance(metric, Counter | Gauge | Histogram)
    return f"{family.name}_total" if isinstance(metric, Counter) else family.name
