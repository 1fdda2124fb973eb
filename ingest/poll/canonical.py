"""The canonical URL of a story: one name for the addresses under which one page is handed about.

It names a story, it is never asked for. Two stories must not share one, so in doubt a difference
stays. Pure. `VERSION` grows with every change of the result: the golden tests hold it.
"""

import re
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from courlan import normalize_url

VERSION: Final = 1

# Parameters that say where a reader came from, not which story it is. courlan's own list also has
# `cid`, `uid`, `eid` and `source`, which are the story's number on real sites: not taken over.
_TRACKING = re.compile(
    r"^(?:utm_\w+|at_(?:medium|campaign|custom\d|format|link_\w+|ptr_name|bbc_team|link_id)|"
    r"mc_(?:cid|eid)|mtm_\w+|pk_\w+|ns_\w+|hsa_\w+|stm_\w+|itm_\w+|oly_\w+|vero_\w+|__twitter_\w+|"
    r"fbclid|gclid|gclsrc|dclid|msclkid|yclid|twclid|ttclid|wbraid|gbraid|igshid|igsh|s_kwcid|"
    r"_ga|_gl|_hsenc|_hsmi|mkt_tok|xtor|cmpid|cmp|icid|intcid|ocid|ncid|rss_id|"
    r"ref_src|ref_url|referrer|referer|traffic_source|from_rss|feedtype|feedname|"
    r"spm|smid|smtyp|partner|campaign|tsrc|guccounter|guce_\w+|wt[._]\w+|sh|taid)$",
    re.IGNORECASE,
)
# Tracking only with these values; with others they tell stories apart.
_TRACKING_VALUES: Final = {
    "ref": re.compile(r"^(?:rss|feed|twitter|facebook|home\w*|newsletter|nl|tw|fb|app)$", re.I),
    "source": re.compile(r"^(?:rss|feed|twitter|facebook|newsletter|email|app)$", re.I),
    "src": re.compile(r"^(?:rss|feed|twitter|facebook|newsletter|email|app)$", re.I),
    "from": re.compile(r"^(?:rss|feed|twitter|facebook|newsletter|email|app)$", re.I),
    "rss": re.compile(r"^(?:|1|true|yes)$", re.I),
    "feed": re.compile(r"^(?:|rss|rss2|atom)$", re.I),
    "output": re.compile(r"^amp$", re.I),
    "outputtype": re.compile(r"^amp$", re.I),
    "amp": re.compile(r"^(?:|1|true)$", re.I),
    "view": re.compile(r"^(?:amp|mobile)$", re.I),
}
# Hosts of the same site for other screens; `www` falls with them, as what `m.` stands for is
# sometimes the bare name and sometimes `www`.
_SCREENS = re.compile(r"^(?:www\d?|m|mobile|amp|touch|wap)\.(?=[^.]+\.[^.]+)")
_AMP_HOST = re.compile(r"^(?P<host>[a-z0-9-]+)\.cdn\.ampproject\.org$")
_AMP_CACHE = re.compile(r"^/(?:amp/|[cvi]/)(?P<tls>s/)?(?P<rest>[^/]+\..*)$")
_AMP_END = re.compile(r"(?:(?:/amp)+/?|\.amp)$|\.amp(?=\.html?$)|(?<=/)amp\.html$")
_AMP_START = re.compile(r"^/amp(?=/.)")
_UNRESERVED = re.compile(r"%(?:2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aA]|5[fF]|6[1-9a-fA-F]|7[0-9aAeE])")
_ESCAPE = re.compile(r"%[0-9a-f][0-9a-fA-F]|%[0-9A-F][a-f]")


def canonical_url(url: str) -> str:
    """Return the canonical form of an absolute http or https URL; of anything else, `url` itself.

    https for http, no `www.`, `m.` or `amp.`, no fragment, no tracking, no AMP, escapes in one
    spelling, parameters sorted, no slash at the end.
    """
    try:
        parts = _unwrapped(urlsplit(url.strip()))
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return url
        bare = parts._replace(query="", fragment="")
        normal = urlsplit(normalize_url(bare, strict=True))
        host = _host(parts)
    except ValueError:
        return url
    return urlunsplit(("https", host, _path(normal.path), _query(parts.query), ""))


def host_of(url: str) -> str:
    """Return the host of `url` in lower case, without port: the key of wire.entries."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _unwrapped(parts: SplitResult) -> SplitResult:
    """Return the page that an AMP cache's address stands for."""
    host = (parts.hostname or "").lower()
    cached = _AMP_HOST.match(host) or re.fullmatch(r"(?:www\.)?google\.[a-z.]+", host)
    inner = _AMP_CACHE.match(parts.path) if cached else None
    if inner is None:
        return parts
    scheme = "https" if inner["tls"] else "http"
    return urlsplit(f"{scheme}://{inner['rest']}?{parts.query}")


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = _SCREENS.sub("", host)
    default = {"http": 80, "https": 443}[parts.scheme.lower()]
    port = parts.port
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port in (None, default) else f"{bracketed}:{port}"


def _path(path: str) -> str:
    path = _UNRESERVED.sub(lambda escape: unquote(escape[0]), path)
    path = _ESCAPE.sub(lambda escape: escape[0].upper(), path)
    path = _AMP_END.sub("", _AMP_START.sub("", path)) or "/"
    return path.rstrip("/") or "/"


def _query(query: str) -> str:
    kept = [part for part in re.split("[&;]", query) if part and not _is_tracking(part)]
    return "&".join(sorted(kept))


def _is_tracking(part: str) -> bool:
    name, _, value = part.partition("=")
    name = unquote(name).lower()
    if _TRACKING.match(name):
        return True
    values = _TRACKING_VALUES.get(name)
    return values is not None and values.match(unquote(value)) is not None
