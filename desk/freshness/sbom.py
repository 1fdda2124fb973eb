"""The software bill of materials: what the image holds, and the embedded Kafka. Pure.

CycloneDX 1.6 in JSON, made from the lock and the list of jars, so that it names what is installed
and nothing else; it holds no time and no serial number, so that it changes only when that does.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from desk.freshness import lock

SBOM: Final = Path("docs/sbom.json")


def page(root: Path) -> str:
    """Return the bill of what `root`, a checkout, would install."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = lock.parse((root / "requirements-image.lock").read_text(encoding="utf-8"))
    jars = (root / "desk/local/kafka.sha256").read_text(encoding="utf-8").splitlines()
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": [*_packages(pins), *_jars(jars)],
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def _packages(pins: Iterable[lock.Pin]) -> Iterator[dict[str, object]]:
    for pin in pins:
        purl = f"pkg:pypi/{pin.name}@{pin.version}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": pin.name,
            "version": pin.version,
            "purl": purl,
            "scope": "required",
        }


def _jars(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """Kafka's jars, which only the embedded broker needs."""
    for line in lines:
        digest, _, file = line.partition("  ")
        name, version = split_jar(file)
        yield {
            "type": "library",
            "bom-ref": f"jar:{file}",
            "name": name,
            "version": version,
            "scope": "optional",
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }


def split_jar(file: str) -> tuple[str, str]:
    """Return name and version of `name-version.jar`: the first dash before a digit parts them."""
    words = file.removesuffix(".jar").split("-")
    first = next((n for n, word in enumerate(words) if n and word[:1].isdigit()), len(words))
    return "-".join(words[:first]), "-".join(words[first:])
