"""Running a program without root where root starts us: PostgreSQL refuses root.

The program becomes `nobody`. Folders above it may be closed to everybody but root (a checkout in
/root): rather than opening them, the program keeps the one capability that passes them.
"""

import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from wire.errors import Fatal

UNPRIVILEGED = "nobody"


def hand_over(*paths: Path) -> None:
    """Give what root made to who runs the program; nothing where we are not root."""
    if os.geteuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED)
        for path in paths:
            os.chown(path, account.pw_uid, account.pw_gid)


def prefix(folders: Sequence[Path]) -> list[str]:
    """Return the words before a command that take root away from it; none where we are not root.

    `folders` are what the program must reach.

    Raises:
        Fatal: util-linux is not installed.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise Fatal("PostgreSQL refuses to run as root: install util-linux (setpriv), or be a user")
    account = pwd.getpwnam(UNPRIVILEGED)
    drop = [setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    if all(_open_to_all(folder) for folder in folders):
        return [*drop, "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
    keep = "-all,+dac_override"
    return [
        *drop,
        # PostgreSQL looks at its own program with access(2), which counts no capability without it.
        "--securebits=+no_setuid_fixup",
        *(f"--{kind}={keep}" for kind in ("inh-caps", "ambient-caps", "bounding-set")),
        "--no-new-privs",
    ]


def _open_to_all(folder: Path) -> bool:
    return all(above.stat().st_mode & stat.S_IXOTH for above in (folder, *folder.parents))
