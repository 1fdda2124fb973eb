"""What the commands share: the `--data` option, settings, servers, and the errors of a call."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from desk import local
from wire.errors import Fatal, WireError
from wire.settings import Settings, load

if TYPE_CHECKING:
    from store.engine import Engine

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Where the embedded servers store. Default: ./.wiredesk"),
]

# Into a file or a pipe a table may be as wide as this: there is no edge to keep to.
_WIDE = 160

# What a person reads goes to standard output; what is about the call goes to standard error.
# Headlines and addresses hold what looks like an emoji's name; they are printed as they are.
out = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


class CallError(WireError):
    """The call was wrong, not the work: exit 2."""


def settings(data: Path | None = None) -> Settings:
    """Read the settings; `--data` wins over the environment.

    Raises:
        CallError: a setting is unknown or does not fit.
    """
    try:
        found = load()
    except Fatal as error:
        raise CallError(str(error)) from error
    return found if data is None else found.model_copy(update={"data": data})


def ready(data: Path | None, *, kafka: bool = True, postgres: bool = True) -> Settings:
    """Read the settings, and start the embedded servers where none are configured."""
    return _served(settings(data), kafka=kafka, postgres=postgres)


def _served(found: Settings, *, kafka: bool, postgres: bool = True) -> Settings:
    try:
        return local.ensure(found, kafka=kafka, postgres=postgres)
    except (NotADirectoryError, FileExistsError, PermissionError) as error:
        raise CallError(f"the servers can't store in {found.data}: {error.strerror}") from error


def prepared(data: Path | None, *, kafka: bool = True) -> Settings:
    """As `ready`, and the embedded servers have topics and schema: they may be quite new."""
    asked = settings(data)
    found = _served(asked, kafka=kafka)
    if kafka and asked.kafka.bootstrap_servers is None:
        from wire.bus import create_topics
        from wire.topics import Topics

        create_topics(found.kafka, Topics(found.kafka.prefix).specs())
    if asked.database.url is None and found.database.url is not None:
        from store import migrate

        migrate.upgrade(found.database.url.get_secret_value())
    return found


@contextmanager
def database(data: Path | None) -> "Iterator[Engine]":
    """Open the database for a command, and let go of it."""
    from store.engine import from_settings

    engine = from_settings(prepared(data, kafka=False).database)
    try:
        yield engine
    finally:
        engine.dispose()


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
