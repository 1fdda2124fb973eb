"""docs/cli.md, made from an app."""

from typing import Annotated

import typer

from desk.cli import app as wiredesk
from desk.freshness.commands import leaves, page

app = typer.Typer()
inner = typer.Typer()
app.add_typer(inner, name="feeds")


@app.command()
def status() -> None:
    """Say how it is.

    In a second paragraph
    of two lines.
    """


@app.command(hidden=True)
def secret() -> None:
    """Not for the page."""


@inner.command()
def add(
    url: Annotated[str, typer.Argument(help="A feed's address.")],
    every: Annotated[float, typer.Option("--every", "-e", help="Seconds | hours.")] = 60.0,
    agency: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
    dry: Annotated[bool, typer.Option("--dry/--wet", help="Change nothing.")] = False,
    more: Annotated[list[str] | None, typer.Argument(help="More of them.")] = None,
) -> None:
    """Add a feed."""


TOLD = page(app)


def test_every_command_has_a_line_and_a_section() -> None:
    assert "| `wiredesk status` | Say how it is. |" in TOLD
    assert "| `wiredesk feeds add` | Add a feed. |" in TOLD
    assert "## wiredesk feeds add\n\nAdd a feed.\n" in TOLD
    assert "Not for the page" not in TOLD


def test_help_is_set_in_paragraphs() -> None:
    assert "Say how it is.\n\nIn a second paragraph of two lines.\n" in TOLD


def test_arguments_and_options_with_their_defaults() -> None:
    assert "wiredesk feeds add [OPTIONS] URL [MORE…]" in TOLD
    assert "| `URL` |  | A feed's address. |" in TOLD
    assert "| `--every, -e` | `60.0` | Seconds \\| hours. |" in TOLD
    assert "| `--agency` |  | Whose it is. |" in TOLD
    assert "| `--dry, --wet` |" in TOLD


def test_a_command_that_takes_nothing_has_no_table() -> None:
    section = TOLD.split("## wiredesk status\n")[1].split("\n## ")[0]

    assert "| takes |" not in section


def test_every_command_of_ours_says_what_it_does() -> None:
    found = dict(leaves(typer.main.get_command(wiredesk), ("wiredesk",)))

    assert "wiredesk sample serve" in found
    for name, command in found.items():
        assert command.help, name
