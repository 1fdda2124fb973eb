"""What the commands share: the `--data` option, settings, servers, and the errors of a call."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from desk import local
from wire.errors import WireError
from wire.settings import Settings, load

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Where the embedded servers store. Default: ./.wiredesk"),
]

# Into a file or a pipe a table may be as wide as this: there is no edge to keep to.
_WIDE = 160

# What a person reads goes to standard output; what is about the call goes to standard error.
out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class CallError(WireError):
    """The call was wrong, not the work: exit 2."""


def settings(data: Path | None = None) -> Settings:
    """Read the settings; `--data` wins over the environment.

    Raises:
        Fatal: a setting is unknown or does not fit.
    """
    found = load()
    return found if data is None else found.model_copy(update={"data": data})


def ready(data: Path | None, *, kafka: bool = True, postgres: bool = True) -> Settings:
    """Read the settings, and start the embedded servers where none are configured."""
    return local.ensure(settings(data), kafka=kafka, postgres=postgres)


def require_contact(found: Settings) -> None:
    """Refuse to ask the real world without saying who asks.

    Raises:
        CallError: there is no contact.
    """
    if not found.contact and not found.web.allow_private:
        raise CallError(
            "publishers must be able to write to whoever polls them: set WIREDESK_CONTACT to a "
            "URL or mail address of yours (it is sent in the User-Agent)"
        )
