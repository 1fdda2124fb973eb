"""Where the sample's sites stand: from a request's Host and path to a site, and back to addresses.

One server answers for all of them, in one of three ways, told apart by the Host header alone:

    127.0.0.12:8000/…        a loopback address of its own: on Linux without any set-up
    reuters.sample:8000/…    its id as first label: with names that lead to the server
    sample:8000/reuters/…    its id as first segment of the path: everywhere

Whichever way was asked is the way that every link of the answer is written. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from desk.sample.stories import Site, Story


@dataclass(frozen=True, slots=True)
class Layout:
    """How addresses are written: a pattern with `{id}` or `{address}` in it."""

    pattern: str

    def base(self, site: Site) -> str:
        """Return the address of a site's root, without the last slash."""
        return self.pattern.format(id=site.id, address=site.address)

    def url(self, site: Site, story: Story) -> str:
        """Return the address of a story's page."""
        return self.base(site) + story.path


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: a path of a site, or of the server itself where site is none."""

    layout: Layout
    site: Site | None
    path: str


def spread(port: int) -> Layout:
    """Return the layout of a loopback address for each site."""
    return Layout(f"http://{{address}}:{port}")


def under(public_host: str, port: int) -> Layout:
    """Return the layout under one name, or for `*.name` of a name for each site."""
    # Clients leave the default port out of Host, so it is left out here too.
    tail = "" if port == 80 else f":{port}"
    if public_host.startswith("*."):
        return Layout(f"http://{{id}}{public_host[1:]}{tail}")
    return Layout(f"http://{public_host}{tail}/{{id}}")


def resolve(host: str, path: str, sites: Mapping[str, Site]) -> Asked:
    """Return what a request for `path` (without query) with the Host header `host` asks for."""
    name, _, port = host.partition(":")
    tail = f":{port}" if port else ""
    label, _, rest = name.partition(".")
    by_address = {site.address: site for site in sites.values()}
    if name in by_address:
        return Asked(Layout(f"http://{{address}}{tail}"), by_address[name], path)
    if rest and label in sites:
        return Asked(Layout(f"http://{{id}}.{rest}{tail}"), sites[label], path)
    layout = Layout(f"http://{name}{tail}/{{id}}")
    first, slash, deeper = path.lstrip("/").partition("/")
    if first in sites and slash:
        return Asked(layout, sites[first], "/" + deeper)
    return Asked(layout, None, path)
