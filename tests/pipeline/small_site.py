"""A small wire of plain pages for the tests of faults and of bad input."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from tests.ingest.site import Asked, Reply, Site, ok, response

HOSTS = ("127.0.3.1", "127.0.3.2", "127.0.3.3")


def prose(number: int) -> str:
    """A story's text, long enough to be one, and like no other's."""
    return " ".join(
        f"Paragraph {word} of story {number} tells what the council of town {number * 7 + word} "
        f"decided on item {word}, and why its members thought so."
        for word in range(1, 8)
    )


def page(number: int) -> bytes:
    paragraphs = "".join(f"<p>{line}.</p>" for line in prose(number).split(". "))
    title = f"Council of town {number} decides"
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title></head><body><article>"
        f"<h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


class SmallSite(Site):
    """`count` stories over three hosts, a feed each; `more` is answered on every host, by path."""

    def __init__(self, count: int, more: Mapping[str, bytes] | None = None) -> None:
        super().__init__(self._answer_to, host="0.0.0.0")
        self._count = count
        self._more = dict(more or {})
        # said once: a date that moves is an entry that has changed
        self._filed = format_datetime(datetime.now(UTC))

    def add(self, path: str, reply: bytes) -> None:
        """Answer `path` with `reply` on every host."""
        self._more[path] = reply

    @property
    def feeds(self) -> list[str]:
        return [f"http://{host}:{self.port}/feed" for host in HOSTS]

    @property
    def urls(self) -> set[str]:
        return {self._url(number) for number in range(self._count)}

    def _url(self, number: int) -> str:
        return f"http://{HOSTS[number % len(HOSTS)]}:{self.port}/story/{number}"

    def _answer_to(self, asked: Asked) -> Reply:
        host = asked.headers["host"].partition(":")[0]
        if asked.path == "/feed":
            return ok(self._rss(host), content_type="application/rss+xml")
        if asked.path.startswith("/story/"):
            return ok(page(int(asked.path.rpartition("/")[2])), content_type="text/html")
        return self._more.get(asked.path, response(404))

    def _rss(self, host: str) -> bytes:
        items = [
            f"<item><title>Council of town {number} decides</title><pubDate>{self._filed}</pubDate>"
            f"<link>{self._url(number)}</link><guid>{number}</guid></item>"
            for number in range(self._count)
            if HOSTS[number % len(HOSTS)] == host
        ]
        channel = "<title>small</title>" + "".join(items)
        return f'<rss version="2.0"><channel>{channel}</channel></rss>'.encode()
