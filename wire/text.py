"""Text as it may enter the system: `CleanStr` is the one type of every text field of a message.

NUL breaks PostgreSQL, a lone surrogate passes validation and then fails in serialisation, control
characters break logs and terminals; all are taken out at the door. Pure, no state.
"""

import re
from typing import Annotated

from pydantic import BeforeValidator

# C0 and C1 controls but tab, newline and carriage return; DEL; lone surrogates; noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWLINES = re.compile("\r\n?|\u2028|\u2029")


def clean(text: str) -> str:
    r"""Return `text` without NUL, lone surrogates and control characters, newlines as `\n`.

    A surrogate pair that was split in two (as JSON escapes allow) is joined first: half a
    character is never left, and a whole one never lost.
    """
    if text.isascii() and text.isprintable():
        return text
    if not text.isascii():
        # surrogatepass joins pairs; what stays lone is taken out below
        text = (
            text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
            if _has_surrogate(text)
            else text
        )
    return _FORBIDDEN.sub("", _NEWLINES.sub("\n", text))


def _has_surrogate(text: str) -> bool:
    return _SURROGATE.search(text) is not None


def _clean_any(value: object) -> object:
    if isinstance(value, str):
        # the commonest case without another call: a dateline has nine such fields
        return value if value.isascii() and value.isprintable() else clean(value)
    return value


CleanStr = Annotated[str, BeforeValidator(_clean_any)]
