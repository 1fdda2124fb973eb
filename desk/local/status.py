"""How an embedded server stands: what `wiredesk local status` shows of it. Needs no extra."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """How a server stands. `memory_mb` counts its whole process tree (resident)."""

    name: str
    running: bool
    address: str
    pid: int | None = None
    memory_mb: int = 0
