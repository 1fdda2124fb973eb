"""Which rules read a story: the code's and the host's furniture, as one comparable version.

A Story carries it; for the same page a newer one replaces text in place and makes no revision. It
sorts as text: `0003.0000012` is newer than `0003.0000009`. Pure.
"""

from typing import Final

# Grows with every change that makes another story of the same page.
RULES: Final = 1


def rules_version(epoch: int) -> str:
    """Return the version of the code's rules together with the furniture's `epoch`."""
    return f"{RULES:04d}.{epoch:07d}"
