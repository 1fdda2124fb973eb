"""`wiredesk sample …`: the small wire of our own writing, served and listed."""

import signal
import threading
from typing import Annotated, Literal

import typer

from desk.sample import EDITIONS, SampleWire
from desk.sample.answers import expectations, feed_urls, opml
from desk.sample.layout import Layout
from desk.sample.server import LOOPBACK, layout_of
from desk.sample.stories import read
from wire.errors import Fatal

# One of the registered ports for a second web server of one's own.
DEFAULT_PORT = 8008

app = typer.Typer(no_args_is_help=True, help="A small wire of invented news, to try things on.")
Port = Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65_535)]
PublicHost = Annotated[
    str | None,
    typer.Option(
        help="The name that others reach it by; `*.NAME` where each site has a name under it."
    ),
]
EditionNumber = Annotated[
    int,
    typer.Option(
        "--edition",
        help="1 is the first; later ones update, correct and kill.",
        min=1,
        max=EDITIONS,
    ),
]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    public_host: PublicHost = None,
    edition: EditionNumber = 1,
    advance_every: Annotated[
        float | None, typer.Option(help="Publish the next edition each time as many seconds pass.")
    ] = None,
) -> None:
    """Serve the sample wire until stopped, and print its feeds' addresses."""
    wire = SampleWire(edition)
    try:
        wire.start(host, port, public_host=public_host)
    except OSError as error:
        raise Fatal(f"port {port} of {host} can't be served: {error}; try --port 0") from error
    with wire:
        for feed in wire.feeds:
            typer.echo(feed.url)
        _wait(wire, advance_every)


@app.command()
def feeds(
    port: Port = DEFAULT_PORT,
    public_host: PublicHost = None,
    form: Annotated[
        Literal["list", "opml"], typer.Option("--format", help="Addresses alone, or OPML.")
    ] = "list",
) -> None:
    """Print the feeds of a wire served at that port: addresses, or OPML with their agencies."""
    layout = _layout(port, public_host)
    if form == "opml":
        typer.echo(opml(read(1), layout), nl=False)
        return
    for _, _, url in feed_urls(read(1), layout):
        typer.echo(url)


@app.command()
def expected(
    port: Port = DEFAULT_PORT, public_host: PublicHost = None, edition: EditionNumber = 1
) -> None:
    """Print what the pipeline is to make of each story, as JSON lines."""
    typer.echo(expectations(read(edition), _layout(port, public_host)), nl=False)


def _layout(port: int, public_host: str | None) -> Layout:
    return layout_of(LOOPBACK, port, public_host)


def _wait(wire: SampleWire, advance_every: float | None) -> None:
    """Wait for an interrupt or SIGTERM, advancing the wire meanwhile where that is asked."""
    stopped = threading.Event()
    # Said for SIGTERM too: as the first process of a container it would be ignored otherwise.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(advance_every):
        typer.echo(f"edition {wire.advance()}", err=True)
