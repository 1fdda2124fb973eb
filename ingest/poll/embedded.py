"""Whether the markup inside a feed is so plain that feedparser need not look into it. Pure.

feedparser resolves addresses and takes out what is dangerous in every piece of markup, two parsers
a piece: half of the time of an ordinary feed (measured, docs/decisions/0090-cheap-polls.md). Where
a feed holds nothing but a few plain tags and whole addresses, neither changes a thing.
"""

import re
from collections.abc import Iterator
from typing import Final

# Tags without attributes, links to whole addresses, and pictures from there.
_PLAIN: Final = (
    rb"(?:/?(?:p|b|i|u|em|strong|ul|ol|li|blockquote|h[1-6]|div|span|cite|q|sub|sup)|/a|br ?/?"
    rb"|a href={q}https?://[^<>\"'&\s]*{q}(?: target={q}_blank{q})?(?: rel={q}[a-z ]*{q})?"
    rb"|img(?: (?:alt|title|width|height)={q}[^<>\"&]*{q})*(?: src={q}https?://[^<>\"'&\s]*{q})"
    rb"(?: (?:alt|title|width|height)={q}[^<>\"&]*{q})* ?/?)"
)
# What embedded markup looks like in a feed: as it is, in CDATA, or escaped.
_NOT_PLAIN = re.compile(rb"<(?!" + _PLAIN.replace(b"{q}", b'"') + rb">)")
_NOT_PLAIN_ESCAPED = re.compile(
    rb"&lt;(?!" + _PLAIN.replace(b"{q}", b'(?:"|&quot;)') + rb"(?:>|&gt;))"
)
# Markup in other guises: inline, encoded, by reference, by entity.
_OTHER: Final = (b"xhtml", b"base64", b"<!entity")
_REFERENCE = re.compile(rb"&#(?:0*60|[xX]0*3[cC]);")
# A base of its own for relative addresses.
_BASE = re.compile(rb"base\s*=")


def is_plain(body: bytes) -> bool:
    """Tell whether all markup in a feed's texts is plain, with whole addresses alone."""
    lower = body.lower()
    if any(sign in lower for sign in _OTHER) or (b"base" in lower and _BASE.search(lower)):
        return False
    if _REFERENCE.search(body) or _NOT_PLAIN_ESCAPED.search(body):
        return False
    return not any(_NOT_PLAIN.search(text) for text in _cdata(body))


def _cdata(body: bytes) -> Iterator[bytes]:
    return (rest.partition(b"]]>")[0] for rest in body.split(b"<![CDATA[")[1:])
