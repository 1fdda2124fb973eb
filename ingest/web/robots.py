"""robots.txt (RFC 9309): whether a story's page may be asked, and how slowly.

Cached per authority up to 24 h, asked once even when many wait for it. 4xx allows all, 5xx and a
server that can't be reached deny all until the next look. Feeds are published to be read by
programs and are not looked up here. Runs on the event loop; long files are parsed in a thread.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from protego import Protego

from ingest.web.client import Answer, Door
from ingest.web.outcomes import NoAnswer
from ingest.web.urls import parse_url

# RFC 9309: at least 500 KiB are to be parsed, and five redirects followed.
_MAX_BYTES: Final = 500 * 1024
_REDIRECTS: Final = 5
# After a server's failure the file is asked again this soon: a day of silence for a short outage
# would be too much.
_RETRY_S: Final = 600.0
# Authorities remembered: a parsed file takes some ten kilobytes.
_REMEMBERED: Final = 10_000
# What robots.txt files call us.
_PRODUCT: Final = "wiredesk"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the page may be asked, and the gap between two requests that the host asks for.

    `for_now` marks a refusal that stands only because robots.txt could not be had.
    """

    allowed: bool
    crawl_delay_s: float = 0.0
    for_now: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    parsed: Protego | None  # None: `allowed` holds for every page
    allowed: bool
    until: float  # monotonic


class Robots:
    """The rules of many authorities, asked through `door`."""

    def __init__(self, door: Door, *, ttl_s: float) -> None:
        self._door = door
        self._ttl_s = ttl_s
        self._rules: OrderedDict[str, _Rules] = OrderedDict()
        self._asking: dict[str, asyncio.Task[_Rules]] = {}

    async def verdict(self, url: str) -> Verdict:
        """Tell whether `url` may be asked.

        Raises:
            NoAnswer: `url` is none that can be asked.
        """
        target = parse_url(url)
        authority = f"{target.scheme}://{target.netloc.decode('ascii')}"
        rules = self._rules.get(authority)
        if rules is None or rules.until <= time.monotonic():
            rules = await self._ask_once(authority)
        if rules.parsed is None:
            return Verdict(rules.allowed, for_now=not rules.allowed)
        delay = rules.parsed.crawl_delay(_PRODUCT)
        return Verdict(rules.parsed.can_fetch(str(target), _PRODUCT), float(delay or 0.0))

    async def aclose(self) -> None:
        """End what is being asked; nobody waits for it any more."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask_once(self, authority: str) -> _Rules:
        asking = self._asking.get(authority)
        if asking is None:
            asking = asyncio.create_task(self._ask(authority))
            self._asking[authority] = asking
            asking.add_done_callback(lambda _: self._asking.pop(authority, None))
        rules = await asyncio.shield(asking)
        self._rules[authority] = rules
        self._rules.move_to_end(authority)
        while len(self._rules) > _REMEMBERED:
            self._rules.popitem(last=False)
        return rules

    async def _ask(self, authority: str) -> _Rules:
        try:
            answer = await self._door.get(
                f"{authority}/robots.txt",
                max_bytes=_MAX_BYTES,
                may_cut=True,
                max_redirects=_REDIRECTS,
            )
        except NoAnswer as error:
            # RFC 9309 2.3.1.2: more redirects than five may be taken for "there is none"
            gone = error.outcome == "redirect-loop"
            return self._all(gone, self._ttl_s if gone else _RETRY_S)
        return await self._read(answer)

    async def _read(self, answer: Answer) -> _Rules:
        if 200 <= answer.status < 300:
            text = answer.body.decode("utf-8-sig", "replace")
            parsed = await asyncio.to_thread(Protego.parse, text)
            return _Rules(parsed, True, time.monotonic() + self._ttl_s)
        if answer.status >= 500 or answer.status == 429:
            # 429 says "later", not "there is no file"
            return self._all(False, _RETRY_S)
        return self._all(True, self._ttl_s)

    def _all(self, allowed: bool, ttl_s: float) -> _Rules:
        return _Rules(None, allowed, time.monotonic() + min(ttl_s, self._ttl_s))
