"""Text of the outside on a terminal: escape sequences shown, not obeyed. Pure."""


def plain(text: str) -> str:
    r"""Return `text` with every control and invisible character written as its escape.

    Newlines stay: a body is read by its paragraphs. `\x1b[2J` would clear the reader's screen, and
    a right-to-left override would turn a line around.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
