"""`wiredesk local …`: the embedded Kafka and PostgreSQL, started, stopped, looked at."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from desk.cli.context import settings
from desk.local import Endpoints, Local, Status
from wire.errors import Fatal

app = typer.Typer(
    no_args_is_help=True, help="The embedded Kafka and PostgreSQL, which outlive their starter."
)
Data = Annotated[
    Path | None,
    typer.Option("--data", help="Where they store (WIREDESK_DATA).", file_okay=False),
]


@app.command()
def start(data: Data = None) -> None:
    """Start the servers that don't run, and say where they answer."""
    servers = _servers(data)
    servers.start()
    _show(servers.status())


@app.command()
def stop(data: Data = None) -> None:
    """Stop the servers; what they store stays."""
    servers = _servers(data)
    servers.stop()
    _show(servers.status())


@app.command()
def status(data: Data = None) -> None:
    """Show which servers run; exit code 1 when not all do."""
    found = _servers(data).status()
    _show(found)
    if not all(one.running for one in found):
        raise typer.Exit(1)


@app.command()
def env(data: Data = None) -> None:
    """Print the servers' addresses as shell exports: eval "$(wiredesk local env)"."""
    endpoints = _servers(data).endpoints
    if not (endpoints.bootstrap_servers and endpoints.database_url):
        raise Fatal("the embedded servers were never started here: wiredesk local start")
    for name, value in exports(endpoints).items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def exports(endpoints: Endpoints) -> dict[str, str]:
    """Return the variables that make other commands use these servers."""
    brokers = len(endpoints.bootstrap_servers.split(","))
    return {
        "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": endpoints.bootstrap_servers,
        "WIREDESK_KAFKA__REPLICATION_FACTOR": str(min(3, brokers)),
        "WIREDESK_KAFKA__MIN_INSYNC_REPLICAS": str(max(1, min(3, brokers) - 1)),
        "WIREDESK_DATABASE__URL": endpoints.database_url,
    }


def _servers(data: Path | None) -> Local:
    return Local(data or settings().data, say=lambda line: typer.echo(line, err=True))


def _show(found: tuple[Status, ...]) -> None:
    table = Table("server", "state", "address", "pid", "memory", box=None, pad_edge=False)
    for one in found:
        state = "running" if one.running else "stopped"
        pid, memory = (str(one.pid), f"{one.memory_mb} MiB") if one.running else ("", "")
        table.add_row(one.name, state, one.address, pid, memory)
    Console().print(table)
