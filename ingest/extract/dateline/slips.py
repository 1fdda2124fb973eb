"""Slips of a key: whether a word is another but for one. Pure."""

from typing import Final

# Shorter words are too easily one slip away from each other.
_SHORTEST: Final = 4


def one_slip(typed: str, meant: str) -> bool:
    """Say whether one key was missed, doubled, hit wrongly or swapped with the next."""
    if abs(len(typed) - len(meant)) > 1 or len(meant) < _SHORTEST:
        return False
    at = 0
    while at < min(len(typed), len(meant)) and typed[at] == meant[at]:
        at += 1
    return (
        typed[at + 1 :] == meant[at + 1 :]
        or typed[at + 1 :] == meant[at:]
        or typed[at:] == meant[at + 1 :]
        or (typed[at : at + 2] == meant[at : at + 2][::-1] and typed[at + 2 :] == meant[at + 2 :])
    )
