"""What can come of asking the outside, by name: the words that logs, metrics and feeds show.

`NoAnswer` is raised where no usable answer was had, `HostBusy` where our own manners forbid asking
now. Pure.
"""

from typing import Literal, get_args

from wire.errors import WireError

Outcome = Literal[
    "ok",
    "not-modified",
    "dns",  # the name does not resolve
    "refused",  # no connection: refused, reset or unreachable
    "tls",  # the handshake or the certificate failed
    "timeout",  # a deadline of ours passed: connect, read or total
    "protocol",  # what came is not HTTP, or ended before it was whole
    "encoding",  # the content-encoding is unknown or its bytes are broken
    "too-large",  # more decompressed bytes than we take
    "redirect-loop",  # a loop, or more hops than we follow
    "insecure-redirect",  # https led to http
    "forbidden",  # the address guard refused: private address, port or scheme
    "bad-url",  # not a URL that can be asked
    "http-status",  # an answer that says no
    "html",  # a web page where a feed should be
    "parse",  # an answer that is not what it should be
    "internal",  # an error of ours that nobody foresaw
]
OUTCOMES: tuple[str, ...] = get_args(Outcome)


class NoAnswer(WireError):
    """No usable answer was had from `url`; `outcome` says in one word why, `detail` in a line."""

    def __init__(self, outcome: Outcome, url: str, detail: str) -> None:
        super().__init__(f"{outcome}: {url}: {detail}")
        self.outcome: Outcome = outcome
        self.url = url
        self.detail = detail


class HostBusy(WireError):
    """The host's politeness slots are taken for longer than the caller would wait."""

    def __init__(self, host: str, wait_s: float) -> None:
        super().__init__(f"{host} may be asked in {wait_s:.1f} s at the earliest")
        self.host = host
        self.wait_s = wait_s
