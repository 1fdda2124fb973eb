"""Text of the outside on a terminal: escape sequences and markup shown, not obeyed. Pure."""

from rich.markup import escape


def plain(text: str) -> str:
    r"""Return `text` with every control and invisible character written as its escape.

    Newlines stay: a body is read by its paragraphs. `\x1b[2J` would clear the reader's screen, and
    a right-to-left override would turn a line around.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def cell(text: str) -> str:
    """Return `text` as it may stand in a table's cell: plain, and its brackets no markup."""
    return escape(plain(text))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
