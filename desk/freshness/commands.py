"""docs/cli.md, made from the command line: every command, its arguments and options. Pure."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import typer

from desk.freshness.generated import NOTE, cell

CLI: Final = Path("docs/cli.md")


def files(app: typer.Typer) -> dict[Path, str]:
    """Return docs/cli.md for an app whose program is `wiredesk`."""
    return {CLI: page(app)}


def page(app: typer.Typer) -> str:
    """Return the page: an index of the commands, then a section for each."""
    found = list(leaves(typer.main.get_command(app), ("wiredesk",)))
    index = [f"| `{name}` | {cell(first_line(command))} |" for name, command in found]
    lines = [
        NOTE,
        "# Commands",
        "",
        "Exit codes: 0 done, 1 the work failed, 2 the call was wrong.",
        "",
        "| command | what |",
        "| --- | --- |",
        *index,
    ]
    for name, command in found:
        lines += ["", f"## {name}", "", *section(name, command)]
    return "\n".join([*lines, ""])


def leaves(command: Any, path: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, with its full name, in the program's own order."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), command
        return
    for name, each in inner.items():
        if not each.hidden:
            yield from leaves(each, (*path, name))


def section(name: str, command: Any) -> list[str]:
    """Return what is said of one command: its help, its usage, a table of what it takes."""
    params = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    arguments = [_argument(p) for p in params if p.param_type_name == "argument"]
    lines = [_paragraphs(command.help), "", "```text", " ".join([name, "[OPTIONS]", *arguments])]
    lines.append("```")
    if params:
        lines += ["", "| takes | default | what |", "| --- | --- | --- |"]
        lines += [_row(p) for p in params]
    return lines


def first_line(command: Any) -> str:
    """Return the first sentence of a command's help."""
    return _paragraphs(command.help).split("\n")[0]


def _paragraphs(text: str | None) -> str:
    """Return help as Markdown: lines joined into paragraphs, form feeds and what follows gone."""
    parts = (text or "").partition("\f")[0].strip().split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts)


def _argument(param: Any) -> str:
    name = param.name.upper() + ("…" if param.nargs == -1 else "")
    return name if param.required else f"[{name}]"


def _row(param: Any) -> str:
    if param.param_type_name == "argument":
        taken = _argument(param)
    else:
        taken = ", ".join([*param.opts, *param.secondary_opts])
    default = (
        "" if param.default in (None, (), [], "") or callable(param.default) else param.default
    )
    shown = f"`{default}`" if default != "" else ""
    return f"| `{taken}` | {shown} | {cell(getattr(param, 'help', None) or '')} |"
