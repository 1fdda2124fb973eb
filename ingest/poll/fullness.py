"""Whether a feed carries a story whole or only the beginning of it. Pure.

Taking a teaser for the whole loses the story; taking the whole for a teaser costs one request. So
it says full only where nothing speaks against it: a `content` element, clearly longer than the
summary, of several sentences, not cut off, and not cut like its siblings.
"""

import re
from collections.abc import Sequence
from typing import Final

# Shorter copy may be a whole flash, but then its page is short too and costs little to ask.
_SHORTEST: Final = 500
# A description without a content element is a summary by its name; only long copy is more.
_SHORTEST_DESCRIPTION: Final = 1500
# Content that says hardly more than the summary is the summary again.
_LONGER: Final = 1.5
# Generators that cut at a length cut all alike: three entries within this share of the longest.
_ALIKE: Final = 0.04

_CUT = re.compile(
    r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|\[&hellip;\])\s*(?:\S+\s+){0,4}\S*$"
    r"|(?:read (?:more|on|the (?:full|rest))|continue reading|full (?:story|article|text)|more »"
    r"|the post .{1,200} appeared first on|view (?:original|full)|lire la suite|weiterlesen"
    r"|mehr (?:lesen|dazu)|leer m[aá]s|seguir leyendo|leggi (?:tutto|anche|l'articolo)|ler mais"
    r"|saiba mais|читать (?:далее|полностью|дальше)|подробнее|далее|читати далі"
    r"|pročitaj(?:te)? (?:više|još)|opširnije|czytaj (?:więcej|dalej)|devamı"
    r"|阅读全文|続きを読む|더 ?보기|اقرأ المزيد).{0,80}$",
    re.IGNORECASE | re.DOTALL,
)
# The end of the text is where a cut shows; longer look-backs only cost.
_TAIL: Final = 240
_SENTENCE_END = re.compile(r"[.!?。！？।؟](?:[\"'”»’)\]]*)(?:\s|$)")


def is_full(content: str, summary: str, *, has_content: bool) -> bool:
    """Tell whether `content` (plain text) is the whole story.

    Args:
        content: the text of the content element, or of the description where there is none.
        summary: the plain text of the summary, where it is another one; else empty.
        has_content: there is a content element (content:encoded, Atom's content).
    """
    if len(content) < (_SHORTEST if has_content else _SHORTEST_DESCRIPTION):
        return False
    if summary and len(content) < _LONGER * len(summary):
        return False
    tail = content[-_TAIL:]
    if _CUT.search(tail):
        return False
    # copy that stops in the midst of a sentence was cut
    last_line = tail.rstrip()
    return bool(_SENTENCE_END.search(content)) and last_line[-1:] not in ",:;-–—"


def cut_alike(lengths: Sequence[int]) -> bool:
    """Tell whether texts of these lengths were cut by one rule: three or more, all but equal."""
    if len(lengths) < 3:
        return False
    longest = max(lengths)
    return longest - min(lengths) <= longest * _ALIKE
