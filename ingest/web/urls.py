"""URLs that the door may ask: parsed once, judged by scheme, joined at redirects. Pure."""

import contextlib
from functools import lru_cache
from typing import Final

import httpx

from ingest.web.outcomes import NoAnswer

_SCHEMES: Final = frozenset({"http", "https"})
# A longer address is no address: browsers and servers stop near here.
_LONGEST_URL: Final = 4096
# Feeds are asked again and again; reading an address costs as much as reading an answer's head.
_REMEMBERED: Final = 8192


@lru_cache(_REMEMBERED)
def parse_url(url: str) -> httpx.URL:
    """Return `url` parsed, without fragment.

    Raises:
        NoAnswer: `bad-url`, or `forbidden` for another scheme than http and https.
    """
    try:
        if len(url) > _LONGEST_URL:
            raise NoAnswer("bad-url", url[:80] + "…", f"longer than {_LONGEST_URL} characters")
        parsed = httpx.URL(url.strip())
        if "#" in url:
            parsed = parsed.copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise NoAnswer("bad-url", url, str(error)) from error
    if parsed.scheme not in _SCHEMES:
        raise NoAnswer(
            "forbidden", url, f"scheme {parsed.scheme or 'missing'!r} is not http or https"
        )
    if not parsed.host:
        raise NoAnswer("bad-url", url, "no host")
    if parsed.userinfo:
        raise NoAnswer("bad-url", f"{parsed.scheme}://…@{parsed.host}", "credentials in a URL")
    return parsed


def next_url(current: httpx.URL, location: str) -> httpx.URL:
    """Return where `location` leads from `current`.

    Raises:
        NoAnswer: it is no URL, or leads from https to http.
    """
    with contextlib.suppress(UnicodeDecodeError):
        # Location is bytes: raw UTF-8 in it is common, and was read as latin-1 so far
        location = location.encode("latin-1").decode()
    try:
        joined = str(current.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise NoAnswer("bad-url", str(current), f"redirects to {location[:200]!r}") from error
    target = parse_url(joined)
    if current.scheme == "https" and target.scheme == "http":
        raise NoAnswer("insecure-redirect", str(current), f"leads to {target}")
    return target


def port_of(url: httpx.URL) -> int:
    """Return the port that `url` means."""
    return url.port or (443 if url.scheme == "https" else 80)
