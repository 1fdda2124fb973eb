"""Feeds of the corpus, broken at random: each is a feed or a reason, never an exception."""

import base64
import gzip
import json
import random
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.poll.tryout import try_feed
from wire.settings import Settings

pytestmark = pytest.mark.corpus

_ODD = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"<![CDATA[",
    b"]]>",
    b"&#xD800;",
    b"&amp;#0;",
    b"<!--",
    b"<!DOCTYPE x [<!ENTITY a '&a;'>]>",
    b"<?xml version='1.0' encoding='utf-7'?>",
    b"<?xml encoding='\xff'?>",
    b"xml:base='http://['",
    b"<item><link>http://[</link></item>",
    b"<pubDate>30000-99-99</pubDate>",
    b"<guid/>",
    b"<georss:polygon>1 2 nan</georss:polygon>",
)


@cache
def bodies() -> tuple[bytes, ...]:
    path = Settings().corpus / "feeds.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no corpus at {path}; WIREDESK_CORPUS says where it is")
    with gzip.open(path, "rt") as lines:
        return tuple(base64.b64decode(json.loads(line)["content_b64"]) for line in lines)


def mutated(seed: int) -> bytes:
    """One feed of the corpus with up to six wounds, the same for the same seed."""
    chance = random.Random(seed)
    body = bytearray(chance.choice(bodies()))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body) + 1)
        length = chance.choice((1, 2, 8, 64))
        match chance.randrange(6):
            case 0:
                del body[at : at + length]
            case 1:
                body[at:at] = chance.choice(_ODD)
            case 2:
                body[at : at + length] = chance.randbytes(length)
            case 3:
                body[at:at] = body[: chance.randrange(len(body) + 1)]
            case 4:
                del body[at:]
            case _:
                other = chance.choice(bodies())
                body[at:at] = other[chance.randrange(len(other) + 1) :]
    return bytes(body)


def survives(seed: int) -> None:
    result = try_feed(
        {
            "url": "https://wire.example/feed",
            "content_b64": base64.b64encode(mutated(seed)).decode(),
            "content_type": random.Random(seed).choice(
                ("application/rss+xml", "text/xml", "text/html; charset=latin1", "x; charset=\0")
            ),
        }
    )
    json.dumps(result, ensure_ascii=False).encode()
    assert result["entries"] or result["error"] or result["version"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**64))
def test_mutations(seed: int) -> None:
    survives(seed)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**64))
def test_ten_thousand_mutations(seed: int) -> None:
    survives(seed)
