"""The pages of the docs and the command lines in them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SEPARATORS = {"|", "||", "&&", ";", "&"}


def pages() -> list[Path]:
    """Return every page that people read."""
    folders = (ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md"), (ROOT / "seeds").rglob("*.md"))
    return sorted(page for found in folders for page in found)


def command_lines(text: str) -> Iterator[str]:
    """Yield a page's command lines: all of a `sh` block, the `$ ` ones of a `console` block."""
    for language, block in _FENCE.findall(text):
        joined = block.replace("\\\n", " ")
        for line in joined.splitlines():
            if language == "console" and line.startswith("$ "):
                yield line.removeprefix("$ ")
            elif language == "sh" and line.strip() and not line.startswith("#"):
                yield line


def commands(line: str) -> list[list[str]]:
    """Return the single commands of a line, each as its words."""
    found: list[list[str]] = [[]]
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    for word in lexer:
        if word in _SEPARATORS:
            found.append([])
        else:
            found[-1].append(word)
    return [words for words in found if words]
