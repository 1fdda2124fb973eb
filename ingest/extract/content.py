"""What makes two texts the same: the hash that tells a new revision from the same story again.

`content_sha256` is taken over the headline without markers and the body, normalised so that what
a site's templates change on their own (case of a headline, kinds of quotes and dashes, spaces,
how paragraphs are broken) makes no revision, and every word, figure and sentence mark does.
Pure. Changing anything here changes every hash: then `VERSION` grows too.
"""

import hashlib
import re
import unicodedata
from typing import Final

VERSION: Final = 1

_SAME: Final = (
    (re.compile("[\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\uff07`]"), "'"),
    (re.compile("[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02]"), '"'),
    (re.compile("[\u2010-\u2015\u2212]"), "-"),
)


def normalise(text: str) -> str:
    """Return `text` as the hash sees it: NFKC, plain quotes and dashes, one space, folded case."""
    if text.isascii():
        return " ".join(text.replace("`", "'").split()).casefold()
    # primes and accents standing alone are quotes, and NFKC would make other things of them
    plain = unicodedata.normalize("NFKC", _same(text))
    return " ".join(_same(plain).casefold().split())


def _same(text: str) -> str:
    for pattern, plain in _SAME:
        text = pattern.sub(plain, text)
    return text


def content_sha256(headline: str, body: str) -> str:
    """Return the hash of a story's text, 64 hexadecimal digits."""
    told = f"{VERSION}\n{normalise(headline)}\n{normalise(body)}"
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
