"""Programs of Debian's packages that some tests need: found where they are, installed in CI.

A person's machine is left as it is unless asked: `CI` or `TEST_STACK` in the environment allow it.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence


class NotInstalled(Exception):
    """A package is missing, and is not to be installed here or not to be had."""


def may_install() -> bool:
    """Tell whether packages may be installed here."""
    return bool(os.environ.get("CI") or os.environ.get("TEST_STACK"))


def install(packages: Sequence[str], *, allowed: bool) -> None:
    """Install `packages`, where there are any.

    Raises:
        NotInstalled: it is not allowed, takes another user or another system, or fails.
    """
    if not packages:
        return
    if not (allowed and os.geteuid() == 0 and shutil.which("apt-get")):
        raise NotInstalled(f"not installed: {', '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *command], capture_output=True, check=False, env=environment
        )
        if done.returncode != 0:
            raise NotInstalled(f"Debian's packages are not to be had: {', '.join(packages)}")
