import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ingest.web.decode import PIECE, BadEncodingError, Decoding

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "": bytes,
}


def decode(name: str, raw: bytes, step: int) -> bytes:
    decoding = Decoding(name)
    pieces = [p for i in range(0, len(raw), step) for p in decoding.feed(raw[i : i + step])]
    decoding.finish()
    return b"".join(pieces)


@given(st.sampled_from(sorted(COMPRESS)), st.binary(max_size=3000), st.integers(1, 700))
def test_what_was_compressed_comes_back_however_it_is_cut(
    name: str, body: bytes, step: int
) -> None:
    raw = COMPRESS[name](body)
    assert decode(name, raw, step) == body


@pytest.mark.parametrize("name", sorted(COMPRESS))
@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE * 5, PIECE * 5 + 100])
def test_bodies_that_end_at_a_piece_are_whole(name: str, size: int) -> None:
    assert decode(name, COMPRESS[name](b"\0" * size), 1000) == b"\0" * size


def test_deflate_without_its_header_is_undone() -> None:
    bare = zlib.compressobj(wbits=-15)
    assert decode("deflate", bare.compress(b"abc" * 99) + bare.flush(), 7) == b"abc" * 99


def test_gzip_members_in_a_row_are_one_body_and_padding_is_none() -> None:
    assert decode("gzip", gzip.compress(b"a") + gzip.compress(b"b") + bytes(9), 5) == b"ab"


@given(st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.binary(min_size=2, max_size=300))
def test_broken_bytes_raise_nothing_but_bad_encoding(name: str, raw: bytes) -> None:
    decoding = Decoding(name)
    try:
        for piece in decoding.feed(raw):
            assert len(piece) <= 16 * 2**20
        decoding.finish()
    except BadEncodingError:
        pass


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_an_empty_body_under_any_encoding_is_empty(name: str) -> None:
    assert decode(name, b"", 1) == b""
