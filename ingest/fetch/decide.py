"""What becomes of an entry once its page was asked for: the page, the feed's text, later, or never.

    answer ─► page           the web's text, or the news that the page is gone (on a revisit)
          ├─► feed text      the page can't be had and the feed carries text: flagged `feed-text`
          ├─► Retry          it may be had later
          ├─► DeadLetter     it can't be had, and the feed carries nothing
          └─► nothing        a revisit that found nothing new, or failed

Pure: no clock of its own, no connection.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from ingest.fetch.pages import has_text
from ingest.web.later import read_delay
from wire.errors import DeadLetter, Retry
from wire.messages import Entry

Verdict = Literal["page", "feed", "unchanged", "failed"]

# The answer will be the same tomorrow: asking again only annoys.
_PERMANENT: Final = frozenset({400, 401, 402, 403, 405, 406, 410, 414, 451})
# "Later": never taken for a failure of the page.
_LATER: Final = frozenset({429, 503})
# An entry that carries text waits no longer than two retries (11 minutes) for its page: a desk
# wants the story now, and the keeper asks for the page again anyway.
_ATTEMPTS_WITH_TEXT: Final = 2
# Later has an end too: after this the page counts as not to be had.
_PATIENCE: Final = timedelta(days=2)
# The rests between attempts; the last holds for all that follow.
_RESTS: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=2))
# Longer is taken for this: a server that says "next year" is mistaken.
_MAX_RETRY_AFTER: Final = timedelta(hours=24)
# What carries text that trafilatura reads; nothing, or something unknown, is given a chance.
_TEXT_TYPES: Final = ("text/", "application/xhtml", "application/xml", "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Asked:
    """One entry's case: how often it failed before, and what is allowed."""

    entry: Entry
    attempts: int
    max_attempts: int
    now: datetime

    @property
    def is_revisit(self) -> bool:
        """The story is known; this only looks whether its page has changed."""
        return self.entry.reason == "revisit"


def on_status(asked: Asked, status: int, content_type: str, retry_after: str | None) -> Verdict:
    """Decide on an answer by its status.

    Raises:
        Retry, DeadLetter: as the module's picture says.
    """
    if status == 304:
        return "unchanged"
    if 200 <= status < 300:
        return _on_success(asked, content_type)
    if asked.is_revisit and status in (404, 410):
        return "page"
    if status in _LATER and asked.now - asked.entry.discovered_at < _PATIENCE:
        return _later(asked, f"http-{status}", retry_after)
    if status in _PERMANENT:
        return without_page(asked, f"http-{status}", f"{asked.entry.url} answered {status}")
    return on_failure(asked, f"http-{status}", f"{asked.entry.url} answered {status}")


def on_failure(asked: Asked, reason: str, detail: str) -> Verdict:
    """Decide on a failure that may pass: no answer, a server error, a page that is not there yet.

    Raises:
        Retry, DeadLetter: as the module's picture says.
    """
    if asked.is_revisit:
        return "failed"
    # the page of an entry that carries its text is not waited for when it is plainly not there
    limit = _ATTEMPTS_WITH_TEXT if has_text(asked.entry) else asked.max_attempts
    if reason == "http-404" and has_text(asked.entry):
        limit = 0
    if asked.attempts >= limit:
        return without_page(asked, reason, detail)
    raise Retry(reason, _RESTS[min(asked.attempts, len(_RESTS) - 1)])


def without_page(asked: Asked, reason: str, detail: str) -> Verdict:
    """Decide where the page can't be had: the feed's text, or a dead letter.

    Raises:
        DeadLetter: the feed carries no text.
    """
    if asked.is_revisit:
        return "failed"
    if has_text(asked.entry):
        return "feed"
    raise DeadLetter("fetch", reason, f"{detail}; the feed carries no text", outside=True)


def _on_success(asked: Asked, content_type: str) -> Verdict:
    kind = content_type.partition(";")[0].strip().lower()
    if not kind or kind.startswith(_TEXT_TYPES):
        return "page"
    return without_page(asked, "not-html", f"{asked.entry.url} is {kind}")


def _later(asked: Asked, reason: str, header: str | None) -> Verdict:
    if asked.is_revisit:
        return "failed"
    wanted_s = read_delay(header, asked.now)
    rest = _RESTS[min(asked.attempts, len(_RESTS) - 1)]
    if wanted_s is not None:
        rest = min(timedelta(seconds=wanted_s), _MAX_RETRY_AFTER)
    raise Retry(reason, max(rest, _RESTS[0]), counted=False)
