"""The binary layout of the gazetteer's city table: packed once by the build, read whole at start.

Line 1 is JSON: the sections in order with their packed lengths. Each section is packed with LZMA.
No pickles: bytes and little-endian arrays only. Pure: bytes in, bytes out.

    heads   JSON: [[country, admin1], …]               the pairs that cities point to
    names   UTF-8, a newline after each: display names, cities by falling population
    widths  uint8 for each city: the bytes of its display name
    keys    UTF-8, a newline after each: folded names, in the order of their bytes
    blocks  uint32: where keys 0, BLOCK, 2·BLOCK, … start
    counts  uint8 for each key: how many cities bear it (at most 255)
    cities  uint32: the cities of key 0, of key 1, …
    lat, lon (int32, degrees·1e4), ids, population (uint32), head (uint16): for each city
"""

import json
import lzma
import sys
from array import array
from collections.abc import Mapping
from typing import Final

FORMAT: Final = "wiredesk-gazetteer-2"
# Keys in a block: few enough to be scanned in a microsecond, so many that the index stays small.
BLOCK: Final = 64


def pack(sections: Mapping[str, bytes]) -> bytes:
    """Return the sections as one file."""
    packed = {name: lzma.compress(value, preset=6) for name, value in sections.items()}
    head = {"format": FORMAT, "sections": [[name, len(value)] for name, value in packed.items()]}
    return json.dumps(head).encode() + b"\n" + b"".join(packed.values())


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the sections of a packed file.

    Raises:
        ValueError: the file is of another format.
    """
    start = data.index(b"\n") + 1
    head = json.loads(data[:start])
    if head.get("format") != FORMAT:
        raise ValueError(f"gazetteer of format {head.get('format')}, expected {FORMAT}: rebuild it")
    sections = {}
    for name, length in head["sections"]:
        sections[name] = lzma.decompress(memoryview(data)[start : start + length])
        start += length
    return sections


def numbers(code: str, data: bytes) -> "array[int]":
    """Return little-endian numbers of array type `code` as an array of this machine."""
    values = array(code)
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def to_bytes(code: str, values: "list[int]") -> bytes:
    """Return the numbers as little-endian bytes of array type `code`."""
    made = array(code, values)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()
