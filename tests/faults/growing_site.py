"""A wire whose feeds grow while they are polled: the tests' feeds serve what this counts."""

from datetime import UTC, datetime
from email.utils import format_datetime

from tests.ingest.site import Asked, Reply, Site, ok, response
from tests.pipeline.small_site import page, prose

HOSTS = ("127.0.4.1", "127.0.4.2", "127.0.4.3")
# The newest stories of a host that its feed shows: more than any outage here keeps from pollers.
WINDOW = 300


class GrowingSite(Site):
    """Stories over three hosts, a feed each; `publish` adds stories to the feeds."""

    def __init__(self) -> None:
        super().__init__(self._answer_to, host="0.0.0.0")
        self.count = 0
        self._started = datetime.now(UTC)

    def publish(self, stories: int) -> None:
        """Add stories; a feed shows them from its next poll on."""
        self.count += stories

    @property
    def feeds(self) -> list[str]:
        return [f"http://{host}:{self.port}/feed" for host in HOSTS]

    def texts(self) -> dict[str, str]:
        """Return the text that each story ever served should have, by its address."""
        return {self._url(number): text(number) for number in range(self.count)}

    def _url(self, number: int) -> str:
        return f"http://{HOSTS[number % len(HOSTS)]}:{self.port}/story/{number}"

    def _answer_to(self, asked: Asked) -> Reply:
        host = asked.headers["host"].partition(":")[0]
        if asked.path == "/feed":
            return ok(self._rss(host), content_type="application/rss+xml")
        if asked.path.startswith("/story/"):
            return ok(page(int(asked.path.rpartition("/")[2])), content_type="text/html")
        return response(404)

    def _rss(self, host: str) -> bytes:
        at = format_datetime(self._started)
        numbers = [n for n in range(self.count) if HOSTS[n % len(HOSTS)] == host][-WINDOW:]
        items = "".join(
            f"<item><title>Council of town {number} decides</title><pubDate>{at}</pubDate>"
            f"<link>{self._url(number)}</link><guid>{number}</guid></item>"
            for number in reversed(numbers)
        )
        return f'<rss version="2.0"><channel><title>grows</title>{items}</channel></rss>'.encode()


def text(number: int) -> str:
    """Return a story's text as it should stand in its row: a paragraph a sentence."""
    return "\n".join(f"{sentence}." for sentence in prose(number).split(". "))
