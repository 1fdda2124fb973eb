"""`wiredesk try …`: the heart of each stage, one JSON line in, one out, without any server.

A bad line gives `{"error": …}` on its own line and the rest go on; each line is flushed as it is
done, so that another program can talk to it through pipes.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import typer
from pydantic import ValidationError

from wire.errors import WireError

app = typer.Typer(help="One function on JSON lines: how a story is debugged.", no_args_is_help=True)

Answer = Callable[[dict[str, Any]], dict[str, Any]]


@app.command()
def feed() -> None:
    """Parse feeds: {"url","content_b64","content_type"?} a line."""
    from ingest.poll.tryout import try_feed

    _each_line(try_feed)


@app.command()
def extract() -> None:
    """Read pages: {"url","html_b64","headers"?,"entry"?} a line."""
    from ingest.extract.trial import try_extract

    _each_line(try_extract)


@app.command()
def dateline() -> None:
    """Read datelines: {"text","published_at"?,"language"?} a line."""
    from ingest.extract.dateline import try_dateline

    _each_line(try_dateline)


@app.command()
def entities() -> None:
    """Tag texts: {"text","language"?,"dateline"?} a line."""
    from enrich.request import try_entities

    _each_line(try_entities)


def _each_line(function: Answer) -> None:
    for line in sys.stdin.buffer:
        if line.strip():
            answer = json.dumps(_answer(function, line), ensure_ascii=False)
            # a lone surrogate of the input can't be written as UTF-8; its escape can
            sys.stdout.buffer.write(answer.encode("utf-8", "backslashreplace") + b"\n")
            sys.stdout.buffer.flush()


def _answer(function: Answer, line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            return {"error": f"a JSON object is wanted, not {type(request).__name__}"}
        return function(request)
    except (ValueError, KeyError, TypeError, ValidationError, WireError, RecursionError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
