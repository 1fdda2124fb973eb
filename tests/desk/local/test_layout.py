"""The pure parts of the embedded Kafka: layout, configuration, the metadata answer."""

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.local import layout, metadata, process

PORTS = st.integers(1, 65_535)


@given(st.lists(st.tuples(PORTS, PORTS), min_size=1, max_size=5))
def test_a_layout_is_read_back_as_it_was_stored(pairs: list[tuple[int, int]]) -> None:
    ports, controllers = zip(*pairs, strict=True)
    made = layout.new(ports, controllers)
    # As JSON gives it back: lists for tuples.
    stored = {key: list(v) if isinstance(v, tuple) else v for key, v in made.state().items()}
    assert layout.read(stored) == made
    assert len(made.id) == 22
    assert not made.id.startswith("-")


@pytest.mark.parametrize("state", [{}, {"id": "x"}, {"id": 1, "ports": [1], "controllers": [2]}])
def test_what_is_no_layout_is_a_cluster_never_started(state: dict[str, object]) -> None:
    assert list(layout.read(state).nodes) == []


@pytest.mark.parametrize(("brokers", "copies", "in_sync"), [(1, 1, 1), (2, 2, 1), (3, 3, 2)])
def test_copies_follow_the_number_of_brokers(brokers: int, copies: int, in_sync: int) -> None:
    cluster = layout.new(tuple(range(1, brokers + 1)), tuple(range(11, brokers + 11)))
    text = layout.properties(cluster, 1, Path("/logs"))
    found = dict(line.split("=", 1) for line in text.splitlines())
    assert found["offsets.topic.replication.factor"] == str(copies)
    assert found["min.insync.replicas"] == str(in_sync)
    assert found["controller.quorum.voters"].count("@") == brokers
    assert found["log.dirs"] == "/logs"


def answer(brokers: dict[int, int], cluster: str) -> bytes:
    def string(text: str) -> bytes:
        return struct.pack(">h", len(text.encode())) + text.encode()

    parts = [struct.pack(">iii", 1, 0, len(brokers))]
    for node, port in brokers.items():
        parts += [struct.pack(">i", node), string("127.0.0.1"), struct.pack(">i", port)]
        # No rack: the null string.
        parts.append(struct.pack(">h", -1))
    return b"".join([*parts, string(cluster), struct.pack(">ii", 1, 0)])


@given(st.dictionaries(st.integers(0, 2**31 - 1), PORTS, max_size=5), st.text(max_size=40))
def test_a_metadata_answer_is_read(brokers: dict[int, int], cluster: str) -> None:
    found = metadata.parse(answer(brokers, cluster))
    assert found == metadata.Cluster(cluster, frozenset(brokers))


@given(st.binary(max_size=200))
def test_a_strangers_bytes_are_no_answer(data: bytes) -> None:
    with contextlib.suppress(struct.error, UnicodeDecodeError):
        metadata.parse(data)


def test_nobody_listening_is_no_answer() -> None:
    assert metadata.ask(process.choose_port()) is None
