"""A backfill beside the live desk: on its own topics, to its end, and nothing twice."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from desk.run import environment
from tests.ingest.site import ok
from tests.operations.conftest import Desk
from tests.pipeline.harness import KIND_TO_LOOPBACK, wait_until
from wire.bus import read_whole

pytestmark = pytest.mark.slow


def call(desk: Desk, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Return the command of a backfill, and its environment."""
    settings = desk.pipeline.settings
    env = {
        **os.environ,
        **environment(settings),
        **KIND_TO_LOOPBACK,
        "WIREDESK_KAFKA__PREFIX": settings.kafka.prefix,
        "WIREDESK_KAFKA__SESSION_TIMEOUT_S": "6",
    }
    return [sys.executable, "-m", "desk.cli", "backfill", *arguments, "--rate", "20"], env


def backfill(desk: Desk, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command, env = call(desk, *arguments)
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def length(desk: Desk, topic: str) -> int:
    return len(list(read_whole(desk.pipeline.settings.kafka, topic)))


def test_a_sitemap_is_filled_in_behind_the_live_news_once(desk: Desk, tmp_path: Path) -> None:
    base = desk.picture.removesuffix("/picture")
    known = min(desk.site.urls)
    paths = [f"{base}/story/{number}" for number in range(100, 105)]
    items = "".join(f"<url><loc>{url}</loc></url>" for url in [*paths, known, desk.picture])
    desk.site.add("/map.xml", ok(f"<urlset>{items}</urlset>".encode(), content_type="text/xml"))
    index = f"<sitemapindex><sitemap><loc>{base}/map.xml</loc></sitemap></sitemapindex>"
    desk.site.add("/maps.xml", ok(index.encode(), content_type="text/xml"))
    live = length(desk, desk.pipeline.topics.entries)
    rows = desk.articles

    first = backfill(desk, f"{base}/maps.xml")
    assert first.returncode == 0, first.stdout + first.stderr
    account = "7 listed, 2 known already, 5 published: 5 rows, 0 dead letters, 0 to be done"
    assert account in first.stdout

    assert length(desk, desk.pipeline.topics.backfill.entries) == 5
    assert length(desk, desk.pipeline.topics.entries) == live, "none in front of the live news"
    assert desk.articles == rows + 5

    def relayed() -> bool:
        return set(paths) <= desk.pipeline.articles_on_topic()

    # the live keeper tells of them, as of every change
    wait_until(relayed, 120)

    way = desk.ask("trace", paths[0])
    assert f"{desk.pipeline.topics.backfill.entries}/" in way
    assert "backfill, from" in way

    again = tmp_path / "list"
    again.write_text("".join(f"{url}\n" for url in paths))
    second = backfill(desk, str(again))
    assert second.returncode == 0, second.stdout + second.stderr
    assert "5 listed, 5 known already, 0 published" in second.stdout


def test_live_news_goes_before_a_backfill_that_takes_all_it_can_get(
    desk: Desk, tmp_path: Path
) -> None:
    base = desk.picture.removesuffix("/picture")
    old, fresh = range(1000, 1300), f"{base}/story/2000"
    path = tmp_path / "list"
    path.write_text("".join(f"{base}/story/{number}\n" for number in old))
    filled = "select count(*) from wire_data.articles where url like '%/story/1___'"
    command, env = call(desk, str(path))
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: desk.pipeline.rows(filled)[0][0] != 0, 120)
        filed = f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate>"
        item = f"<item><title>Fresh</title><link>{fresh}</link>{filed}</item>"
        desk.site.add("/odd", ok(f"<rss><channel>{item}</channel></rss>".encode()))
        stored = f"select 1 from wire_data.articles where url = '{fresh}'"
        wait_until(lambda: bool(desk.pipeline.rows(stored)), 120)
        assert int(str(desk.pipeline.rows(filled)[0][0])) < len(old), "it had ended before"
        process.terminate()
    assert process.returncode == 1, "it says that it was stopped before its end"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no address", "line 1"),
        ("\x1b[2J\x1b]0;owned\x07", "line 1"),
        ("<sitemapindex/>", "no story"),
        (None, "read"),
    ],
)
def test_a_list_that_is_none_is_said(
    desk: Desk, tmp_path: Path, text: str | None, why: str
) -> None:
    path = tmp_path / "list"
    if text is not None:
        path.write_text(text)
    done = backfill(desk, str(path))
    assert done.returncode == 1
    assert why in done.stderr
    assert "\x1b" not in done.stderr
