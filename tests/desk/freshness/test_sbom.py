"""The software bill of materials against what it is made from."""

import json
import re
from typing import Any

import pytest

from desk.freshness.sbom import page, split_jar
from seeds import FOLDER

ROOT = FOLDER.parent


def components() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page(ROOT))["components"]
    return found


def test_every_pin_of_the_image_is_listed_and_nothing_else() -> None:
    lock = (ROOT / "requirements-image.lock").read_text()
    pins = set(re.findall(r"(?m)^([a-z0-9._-]+==[^\s;]+)", lock))
    listed = {f"{c['name']}=={c['version']}" for c in components() if c["scope"] == "required"}
    assert listed == pins


def test_every_jar_of_the_embedded_kafka_is_listed_with_its_hash() -> None:
    lines = (ROOT / "desk/local/kafka.sha256").read_text().splitlines()
    sums = {file: digest for digest, file in (line.split("  ") for line in lines)}
    listed = {
        c["bom-ref"].removeprefix("jar:"): c["hashes"][0]["content"]
        for c in components()
        if c["scope"] == "optional"
    }
    assert listed == sums


def test_no_two_components_have_one_reference_and_all_have_a_version() -> None:
    references = [c["bom-ref"] for c in components()]
    assert len(references) == len(set(references))
    assert all(c["version"] for c in components())


@pytest.mark.parametrize(
    ("file", "name", "version"),
    [
        ("kafka-clients-4.3.0.jar", "kafka-clients", "4.3.0"),
        ("zstd-jni-1.5.7-4.jar", "zstd-jni", "1.5.7-4"),
        ("kafka_2.13-4.3.0.jar", "kafka_2.13", "4.3.0"),
        ("plain.jar", "plain", ""),
    ],
)
def test_a_jars_name_is_split_where_its_version_begins(file: str, name: str, version: str) -> None:
    assert split_jar(file) == (name, version)
