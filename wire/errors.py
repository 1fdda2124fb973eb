"""The errors of the project, classed by what the caller does about them.

    WireError
    ├── Wait         broker or database away: pause, keep polling, try for ever
    ├── Retry        the outside said later: the retry topic of that delay
    ├── DeadLetter   this message can't be done: wire.dead; its neighbours go on
    └── Fatal        we are wrong: stop and say so

Pure functions raise `DeadLetter`, what talks to the outside raises `Retry`, what talks to Kafka or
PostgreSQL raises `Wait`. Only the stage loop catches them; it also catches `Exception`, once, and
makes of the unknown a dead letter with its traceback.
"""

from datetime import timedelta


class WireError(Exception):
    """What every error of this project is."""


class Wait(WireError):
    """The broker or the database is away; the same work is tried again until it is back."""


class Retry(WireError):
    """The outside asked for later, or failed in a way that passes.

    `counted` is false where the delay is ours (a host's queue is full) and not a failure.
    """

    def __init__(self, reason: str, delay: timedelta, *, counted: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay
        self.counted = counted


class DeadLetter(WireError):
    """This message can't be done: it goes to wire.dead with the stage and the reason.

    `reason` is a short fixed word for counting (`not-html`, `too-deep`, `invalid-message`);
    `detail` says what happened, to what, and what to do. `outside` is true where the cause lies
    beyond this system (a page that is gone): such deaths, however many, don't mean a bad release.
    """

    def __init__(self, stage: str, reason: str, detail: str = "", *, outside: bool = False) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.stage = stage
        self.reason = reason
        self.detail = detail
        self.outside = outside


class Fatal(WireError):
    """Going on would do harm: the process stops and says why."""
