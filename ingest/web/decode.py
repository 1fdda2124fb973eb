"""Content-encodings undone while the bytes come in, never past a limit: a bomb costs the limit.

Each decoder is fed the raw pieces and yields plain ones of bounded size, so that the caller can
stop between any two. Pure; runs where it is called.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import brotli
import zstandard

# A piece of plain bytes is at most this long: what can be overshot before the limit is looked at.
PIECE: Final = 64 * 1024
# Four bytes of zstd can mean a block of 128 KiB, so it is fed in slices: at most 8 MiB a slice.
_ZSTD_SLICE: Final = 256
# RFC 9659: a content-encoding's window is 8 MiB at most; more is a bomb or not meant for the web.
_ZSTD_WINDOW: Final = 8 * 2**20
_GZIP_MAGIC: Final = b"\x1f\x8b"

# What the door asks for.
ACCEPT_ENCODING: Final = "gzip, br, zstd"

Decoder = Callable[[bytes], Iterator[bytes]]


class BadEncodingError(ValueError):
    """The bytes are not what their content-encoding says."""


class Decoding:
    """One body on its way: `feed` each raw piece, then `finish`.

    Raises:
        BadEncodingError: the encoding is unknown, broken or ends too early.
    """

    def __init__(self, content_encoding: str) -> None:
        names = [n.strip().lower() for n in content_encoding.split(",")]
        names = [n for n in names if n not in ("", "identity")]
        if len(names) > 1:
            raise BadEncodingError(f"several content-encodings at once: {content_encoding}")
        self._name = names[0] if names else "identity"
        # the first two bytes tell the forms apart that go under one name
        self._head = b""
        self._begun = self._name == "identity"
        self._decode: Callable[[bytes], Iterator[bytes]] = _identity
        self._is_whole: Callable[[], bool] = lambda: True
        if self._name not in _KNOWN:
            raise BadEncodingError(f"unknown content-encoding: {content_encoding[:80]}")

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """Yield the plain bytes that `raw` adds, in pieces."""
        if not self._begun:
            self._head = raw = self._head + raw
            # nothing at all is one byte in brotli, and more in the others
            if len(raw) < (1 if self._name == "br" else 2):
                return
            self._begun = True
            self._choose(raw)
        try:
            yield from self._decode(raw)
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise BadEncodingError(f"{self._name}: {error}") from error

    def finish(self) -> None:
        """Raise where the compressed stream has not come to its end."""
        if not self._is_whole() or (self._head and not self._begun):
            raise BadEncodingError(f"{self._name}: the stream ends too early")

    def _choose(self, first: bytes) -> None:
        match self._name:
            case "gzip" | "x-gzip":
                # servers that promise gzip and send plain text are real, and harmless
                if first.startswith(_GZIP_MAGIC):
                    inflate = _Inflate(zlib.MAX_WBITS | 16)
                    self._decode, self._is_whole = inflate.feed, inflate.is_whole
            case "deflate":
                # RFC 9110 means zlib's form; the bare one is sent as often
                bare = not (first[0] & 0x0F == 8 and int.from_bytes(first[:2], "big") % 31 == 0)
                inflate = _Inflate(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)
                self._decode, self._is_whole = inflate.feed, inflate.is_whole
            case "br":
                unbrotli = _Brotli()
                self._decode, self._is_whole = unbrotli.feed, unbrotli.is_whole
            case "zstd":
                unzstd = _Zstd()
                self._decode, self._is_whole = unzstd.feed, unzstd.is_whole


_KNOWN: Final = frozenset({"identity", "gzip", "x-gzip", "deflate", "br", "zstd"})


def _identity(raw: bytes) -> Iterator[bytes]:
    yield raw


class _Inflate:
    """gzip and deflate; several gzip members in a row are one body."""

    def __init__(self, window_bits: int) -> None:
        self._bits = window_bits
        self._inner = zlib.decompressobj(window_bits)

    def feed(self, raw: bytes) -> Iterator[bytes]:
        while raw:
            if self._inner.eof:
                # what follows the last member and is no member is padding
                if not raw.startswith(_GZIP_MAGIC):
                    return
                self._inner = zlib.decompressobj(self._bits)
            piece = self._inner.decompress(raw, PIECE)
            raw = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            yield piece
            # a full piece may leave output inside the decoder though all input is taken
            while len(piece) == PIECE and not raw and not self._inner.eof:
                piece = self._inner.decompress(b"", PIECE)
                raw = self._inner.unused_data
                yield piece

    def is_whole(self) -> bool:
        return self._inner.eof


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, raw: bytes) -> Iterator[bytes]:
        if self._inner.is_finished():
            return
        piece = self._inner.process(raw, output_buffer_limit=PIECE)
        while piece:
            yield piece
            if self._inner.is_finished():
                return
            piece = self._inner.process(b"", output_buffer_limit=PIECE)

    def is_whole(self) -> bool:
        return bool(self._inner.is_finished())


class _Zstd:
    def __init__(self) -> None:
        factory = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._inner = factory.decompressobj()

    def feed(self, raw: bytes) -> Iterator[bytes]:
        for start in range(0, len(raw), _ZSTD_SLICE):
            if self._inner.eof:
                return
            yield self._inner.decompress(raw[start : start + _ZSTD_SLICE])

    def is_whole(self) -> bool:
        return self._inner.eof
