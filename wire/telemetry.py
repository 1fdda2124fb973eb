"""What ops see: logs, fates, health. The vocabulary of logs stands here, of metrics in metrics.py.

One function counts and logs each message's fate, at most once, after the commit. Log fields come
from one list (`FIELDS`), outcomes from another (`OUTCOMES`); no value holds a body or a secret.
The HTTP side runs in daemon threads of its own and reads only what the loop left for it.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from prometheus_client import REGISTRY, make_wsgi_app

from wire import metrics
from wire.errors import Fatal
from wire.settings import LogSettings, TelemetrySettings

OUTCOMES: Final = (
    "published",
    "unchanged",
    "duplicate",
    "fetched",
    "extracted",
    "stored",
    "updated",
    "withheld",
    "killed",
    "removed",
    "retried",
    "dead",
    "failed",
)
# What is not told at `info`: a desk at rest says nothing, and what went wrong stands out.
_LEVELS: Final = {
    "unchanged": "debug",
    "duplicate": "debug",
    "dead": "warning",
    "failed": "warning",
}
# In the order they stand in a line.
FIELDS: Final = (
    "time",
    "level",
    "service",
    "event",
    "outcome",
    "story",
    "feed",
    "agency",
    "host",
    "url",
    "topic",
    "partition",
    "offset",
    "ms",
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message; `fields` are names of `FIELDS` and a stage's own few.

    `since` says when the way began that ends with this fate, by the names of `metrics.WAY`.
    """

    outcome: str
    fields: Mapping[str, object] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)


def set_up_logging(settings: LogSettings, service: str) -> None:
    """Make every log line of this process one line of `settings.format` on standard output."""
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.format == "json"
        else structlog.processors.LogfmtRenderer(key_order=list(FIELDS), drop_missing=True)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            _one_line,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level_of(service)),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    # libraries log through the standard module: their errors alone are worth a line
    logging.basicConfig(level=logging.ERROR, handlers=[_Forward(service)], force=True)


def logger(service: str) -> Any:
    """Return the logger of a service; every line carries its name."""
    return structlog.get_logger().bind(service=service)


def record_fate(stage: str, fate: Fate, *, waited_s: float | None = None) -> None:
    """Count and log one message's fate. Called once for each message, after the commit."""
    metrics.FATES.labels(stage, fate.outcome).inc()
    if fate.outcome == "dead":
        metrics.DEAD.labels(stage, str(fate.fields.get("reason", "unknown"))).inc()
    if waited_s is not None:
        metrics.SECONDS.labels(stage).observe(waited_s)
    now = datetime.now(UTC)
    for name, began in fate.since.items():
        metrics.WAY[name].observe(max(0.0, (now - began).total_seconds()))
    tell = getattr(logger(stage), _LEVELS.get(fate.outcome, "info"))
    tell("fate", outcome=fate.outcome, **fate.fields)


class Waiting:
    """Says once that a stage waits, for whom, and that it went on: not at every try."""

    def __init__(self, stage: str) -> None:
        self._log = logger(stage)
        self._reason: str | None = None

    def say(self, reason: str | None) -> None:
        """Take what is waited for now, or None; a reason in other words is no news."""
        if (reason is None) != (self._reason is None):
            if reason is None:
                self._log.info("resumed", after=self._reason)
            else:
                self._log.warning("waiting", reason=reason)
        self._reason = reason


class _Forward(logging.Handler):
    """Sends what libraries log through structlog, so that all lines have one form."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def emit(self, record: logging.LogRecord) -> None:
        logger(self._service).warning("library", library=record.name, message=record.getMessage())


def _one_line(_: Any, __: str, event: Any) -> Any:
    """Keep a value from breaking the line or the terminal: control characters are escaped."""
    return {
        name: _escape(value) if isinstance(value, str) else value for name, value in event.items()
    }


def _escape(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class Health:
    """Whether a service is alive (its loop turns) and ready (it can do its work now)."""

    # A loop that has not turned for this long hangs; the longest lawful turn waits 60 s for a
    # batch's acknowledgement and then for a connection, a commit and the ends of its partitions.
    STILL_S: Final = 150.0
    # What is asked for in the background every few seconds, and has not answered for this long,
    # hangs: neither does it answer nor is it away.
    SILENT_S: Final = 45.0

    def __init__(self) -> None:
        self._turned = time.monotonic()
        self._not_ready: str | None = "starting"
        self._noted: dict[str, tuple[float, str | None]] = {}

    def turn(self, not_ready: str | None = None) -> None:
        """Say that the loop turned, and why the service is not ready, if so."""
        self._turned = time.monotonic()
        self._not_ready = not_ready

    def note(self, what: str, trouble: str | None) -> None:
        """Say how something is that the service stands on: it is asked beside the loop."""
        self._noted[what] = (time.monotonic(), trouble)

    @property
    def alive(self) -> bool:
        """The loop turned lately."""
        return time.monotonic() - self._turned < self.STILL_S

    @property
    def trouble(self) -> str | None:
        """Why the service is not ready, or None."""
        if not self.alive:
            return "the loop stands still"
        return self._not_ready or next(filter(None, map(self._beside, list(self._noted))), None)

    def _beside(self, what: str) -> str | None:
        at, trouble = self._noted[what]
        silent = time.monotonic() - at > self.SILENT_S
        return trouble or (f"{what} does not answer" if silent else None)


def serve(settings: TelemetrySettings, health: Health) -> None:
    """Serve /live, /ready and /metrics from daemon threads, if a port is set.

    Raises:
        Fatal: the port can't be had.
    """
    if settings.port is None:
        return
    scraped = make_wsgi_app(REGISTRY)

    def app(environ: WSGIEnvironment, start: StartResponse) -> Any:
        match environ["PATH_INFO"]:
            case "/live":
                return _answer(start, None if health.alive else "the loop stands still")
            case "/ready":
                return _answer(start, health.trouble)
            case "/metrics":
                return scraped(environ, start)
            case _:
                start("404 Not Found", [])
                return [b""]

    try:
        server = make_server(settings.host, settings.port, app, _Server, _Quiet)
    except OSError as error:
        raise Fatal(
            f"telemetry can't be served at {settings.host}:{settings.port}: {error}; "
            "set WIREDESK_TELEMETRY__PORT to a free port"
        ) from error
    threading.Thread(target=server.serve_forever, name="telemetry", daemon=True).start()


def _answer(start: StartResponse, trouble: str | None) -> list[bytes]:
    status = "200 OK" if trouble is None else "503 Service Unavailable"
    start(status, [("Content-Type", "application/json")])
    return [json.dumps({"ok": trouble is None, "trouble": trouble}).encode()]


class _Server(ThreadingMixIn, WSGIServer):
    """A thread a connection: one that asks nothing must not keep a health check waiting."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """A request of a health check is no news."""

    # A connection that asks nothing is closed after this.
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the base's
        """Say nothing."""
