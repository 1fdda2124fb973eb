"""How long something took or takes, in one word and a unit, for eyes. Pure."""

from typing import Final

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def span(seconds: float) -> str:
    """Return a time in the largest unit of which there are two at least: `90 min`, `3 h`."""
    unit, size = next((u, s) for u, s in _UNITS if s == 1 or abs(seconds) >= 2 * s)
    return f"{abs(seconds) / size:.0f} {unit}"
