"""Two pollers and two fetchers at once on one host: together they keep its limit and its gap."""

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial

from ingest.fetch.worker import FetchWork
from store import politeness
from tests.ingest.fetch.entries import entry
from tests.ingest.poll.rig import numbered, rig
from tests.ingest.site import Asked, Reply, Site, ok, response
from wire.bus import Record
from wire.settings import Settings, WebSettings
from wire.topics import Topics
from wire.work import Done

GAP_S = 0.1
# No more than a poller takes in hand of one host: what is beyond is put off for later.
FEEDS = 8
PAGES = 16


def test_11_pollers_and_fetchers_together_never_ask_one_host_above_its_limit(
    database: str,
) -> None:
    async def slowly(answer: bytes) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.15)
        yield answer

    def reply(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return response(404)
        is_feed = asked.path.startswith("/feed/")
        body = numbered([int(asked.path[6:])]) if is_feed else b"<p>A bridge opened.</p>"
        kind = "application/rss+xml" if is_feed else "text/html"
        return slowly(ok(body, content_type=kind, connection="close"))

    web = WebSettings(allow_private=True, host_gap_s=GAP_S)
    with rig(database) as r, Site(reply) as site:
        r.settings = Settings(web=web, poll=r.settings.poll)
        exchange = partial(politeness.exchange_slots, r.engine)
        hold = partial(politeness.hold_host, r.engine)
        works = [FetchWork(r.settings, Topics(), exchange, hold) for _ in range(2)]
        for number in range(FEEDS):
            r.add(site.url(f"/feed/{number}"))
        for number in range(PAGES):
            fields = {"url": site.url(f"/{number}"), "host": site.host}
            value = entry(**fields).to_json()
            works[number % 2].start([Record("wire.entries", 0, number, site.host.encode(), value)])
        pollers = [threading.Thread(target=r.poll_due) for _ in range(2)]
        for poller in pollers:
            poller.start()
        done: list[Done] = []
        while len(done) < PAGES:
            done += [each for work in works for each in work.finished(0.1)]
        for poller in pollers:
            poller.join(120)
        for work in works:
            work.close()
        assert all(each.error is None for each in done)
        expected = {f"/feed/{n}" for n in range(FEEDS)} | {f"/{n}" for n in range(PAGES)}
        assert set(site.paths()) - {"/robots.txt"} == expected
        assert site.most_at_once <= web.host_concurrency
        times = sorted(asked.at for asked in site.asked)
        # a late loop may bring two nearer to each other, but not all of them
        assert times[-1] - times[0] > 0.8 * GAP_S * (len(times) - 1)
