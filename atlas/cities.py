"""The city table in memory: 235,000 cities under 580,000 folded names in some 25 MB.

Cities are numbered by falling population, so that what bears a name comes largest first. Read-only
after it is loaded, safe to share between threads.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from json import loads

from atlas import table
from atlas.places import Place


class Cities:
    """Cities by folded name: the block that may hold the name is found first, then the line."""

    def __init__(self, data: bytes, capitals: frozenset[int]) -> None:
        """Unpack the table; `capitals` are the GeoNames ids of the countries' capitals."""
        sections = table.unpack(data)
        self._heads: list[tuple[str, str]] = [(c, a) for c, a in loads(sections["heads"])]
        self._names = sections["names"]
        widths = (width + 1 for width in sections["widths"])
        self._name_at = table.numbers("I", b"")
        self._name_at.extend(accumulate(widths, initial=0))
        self._keys = sections["keys"]
        self._blocks = table.numbers("I", sections["blocks"])
        self._leaders = [self._line(start) for start in self._blocks]
        self._blocks.append(len(self._keys))
        self._first = table.numbers("I", b"")
        self._first.extend(accumulate(sections["counts"], initial=0))
        self._bearers = table.numbers("I", sections["cities"])
        self._lat = table.numbers("i", sections["lat"])
        self._lon = table.numbers("i", sections["lon"])
        self._ids = table.numbers("I", sections["ids"])
        self._population = table.numbers("I", sections["population"])
        self._head = table.numbers("H", sections["head"])
        self._capitals = capitals

    def find(self, folded: str) -> tuple[Place, ...]:
        """Return the cities that bear the folded name, the largest first."""
        wanted = folded.encode("utf-8", "replace")
        block = bisect_right(self._leaders, wanted) - 1
        if block < 0 or b"\n" in wanted:
            return ()
        start, end = self._blocks[block], self._blocks[block + 1]
        if wanted == self._leaders[block]:
            return self._places(block * table.BLOCK)
        # every key but the block's first has a newline on both sides
        at = self._keys.find(b"\n%b\n" % wanted, start, end)
        if at < 0:
            return ()
        return self._places(block * table.BLOCK + self._keys.count(b"\n", start, at + 1))

    def names(self) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """Yield each folded name with the cities that bear it, in the order of the names' bytes."""
        for at, key in enumerate(self._keys.decode().splitlines()):
            yield key, self._places(at)

    def _line(self, start: int) -> bytes:
        return self._keys[start : self._keys.index(b"\n", start)]

    def _places(self, at: int) -> tuple[Place, ...]:
        bearers = self._bearers[self._first[at] : self._first[at + 1]]
        return tuple(self._place(index) for index in bearers)

    def _place(self, index: int) -> Place:
        country, admin1 = self._heads[self._head[index]]
        geoname_id = self._ids[index]
        name = self._names[self._name_at[index] : self._name_at[index + 1] - 1]
        return Place(
            geoname_id,
            name.decode(),
            country,
            admin1 or None,
            self._lat[index] / 1e4,
            self._lon[index] / 1e4,
            self._population[index],
            "capital" if geoname_id in self._capitals else "city",
        )
