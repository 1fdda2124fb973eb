"""Bodies read off the event loop, with a deadline for the long ones."""

import asyncio

import pytest

from ingest.poll import reader as reader_module
from ingest.poll.dates import Zones
from ingest.poll.parse import NoFeedError
from ingest.poll.reader import Job, Reader, Reading
from tests.ingest.poll.rig import item, numbered, rss


def job(body: bytes, **changes: str) -> Job:
    return Job(
        body=body,
        url="https://wire.example/feed",
        feed_url="https://wire.example/feed",
        kind="sitemap" if changes.get("kind") == "sitemap" else "rss",
        agency=None,
        headers={},
        zones=Zones(),
    )


def read(*bodies: bytes, deadline_s: float = 60) -> list[Reading]:
    async def run() -> list[Reading]:
        reader = Reader(deadline_s=deadline_s)
        try:
            return await asyncio.gather(*(reader.read(job(body)) for body in bodies))
        finally:
            reader.close()

    return asyncio.run(run())


def test_short_and_long_bodies_come_out_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    body = numbered(range(30))
    (in_thread,) = read(body)
    monkeypatch.setattr(reader_module, "_LONG", 100)
    (in_process,) = read(body)
    assert in_process == in_thread
    assert len(in_thread.entries) == 30


def test_a_body_that_takes_too_long_is_given_up_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader_module, "_LONG", 10_000)
    slow = rss(*(item(n) for n in range(20_000)))

    async def run() -> Reading:
        reader = Reader(deadline_s=0.2)
        try:
            with pytest.raises(NoFeedError, match="not read within"):
                await reader.read(job(slow))
            return await reader.read(job(numbered(range(3))))
        finally:
            reader.close()

    assert len(asyncio.run(run()).entries) == 3


def test_what_is_no_feed_is_told_from_a_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "_LONG", 10)
    with pytest.raises(NoFeedError) as caught:
        read(b"<!doctype html><html><body>Sign in</body></html>")
    assert caught.value.kind == "html"
