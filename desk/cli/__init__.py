"""`wiredesk …`: a thin module a group of commands; each parses, calls, prints.

Exit codes: 0 done, 1 the work failed, 2 the call was wrong. Errors of the project's own kind are
one line on standard error; only what nobody foresaw shows a traceback.
"""

import sys

import typer

from desk.cli import (
    backfill,
    dead,
    entities,
    export,
    feeds,
    init,
    local,
    query,
    run,
    sample,
    stages,
    tryout,
    withdraw,
)
from desk.cli.context import CallError, err
from wire.errors import WireError

app = typer.Typer(
    name="wiredesk",
    help="A wire desk as a stream: agencies' feeds in, PostgreSQL rows out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(local.app, name="local")
app.add_typer(feeds.app, name="feeds")
app.add_typer(sample.app, name="sample")
app.add_typer(tryout.app, name="try")
app.add_typer(dead.app, name="dead")
app.add_typer(entities.app, name="entities")
for module in (run, init, stages, backfill, query, export, withdraw):
    module.register(app)


def main() -> None:
    """Run a command, and turn the project's errors into exit codes."""
    try:
        app()
    except CallError as error:
        err.print(f"wiredesk: {error}", markup=False)
        sys.exit(2)
    except WireError as error:
        err.print(f"wiredesk: {error}", markup=False)
        sys.exit(1)
    except BrokenPipeError:
        # whoever read our output has enough; the rest is not wanted
        sys.stderr.close()
        sys.exit(0)
