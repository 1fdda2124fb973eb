"""The blocks of the docs that show what a command prints, run and compared, or written anew.

    <!-- generated -->
    ```console
    $ wiredesk try --help
    …
    ```

Each line that begins with `$ ` is run by bash in the project's root, with the project's own
programs first on PATH; what it prints follows it. Only blocks with that mark are run, so a block
that starts servers or asks the world carries none.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

_BLOCK: Final = re.compile(r"(<!-- generated -->\n```console\n)(.*?)(```\n)", re.DOTALL)
# A command of the docs that takes longer than this, in seconds, does not belong in a check.
_LIMIT_S: Final = 60

Run = Callable[[str], str]


def refreshed(text: str, run: Run) -> str:
    """Return a page with its marked blocks written anew by `run`, from command to output."""
    return _BLOCK.sub(lambda block: block[1] + _rerun(block[2], run) + block[3], text)


def _rerun(block: str, run: Run) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{run(line.removeprefix('$ '))}" for line in commands)


def bash(root: Path) -> Run:
    """Return a function that runs a command line in `root` and returns what it prints.

    Raises:
        subprocess.CalledProcessError: the command failed.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WIREDESK_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        # Help is set to the width and in the colours of the terminal that asks for it.
        "COLUMNS": "100",
        "TERMINAL_WIDTH": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }

    def run(command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=True,
            timeout=_LIMIT_S,
            text=True,
        )
        return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"

    return run
