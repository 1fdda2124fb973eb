"""Hosts take turns, and a slow one holds no more than its places."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.fetch.hosts import HostQueues


def test_a_host_never_runs_more_than_its_places() -> None:
    hosts: HostQueues[int] = HostQueues(bound=10, places=2)
    for item in range(5):
        assert hosts.put("slow.example", item)
    assert [hosts.next(), hosts.next(), hosts.next()] == [
        ("slow.example", 0),
        ("slow.example", 1),
        None,
    ]
    hosts.done("slow.example")
    assert hosts.next() == ("slow.example", 2)


def test_hosts_take_turns() -> None:
    hosts: HostQueues[str] = HostQueues(bound=10, places=9)
    for item in ("a1", "a2", "a3"):
        hosts.put("a", item)
    hosts.put("b", "b1")
    taken = [hosts.next() for _ in range(4)]
    assert taken == [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3")]


def test_a_full_queue_refuses_and_its_neighbours_do_not() -> None:
    hosts: HostQueues[int] = HostQueues(bound=2, places=1)
    assert [hosts.put("a", n) for n in range(4)] == [True, True, False, False]
    assert hosts.put("b", 9)
    assert len(hosts) == 3


@given(st.lists(st.sampled_from("abcde"), max_size=80), st.integers(1, 3))
def test_everything_put_is_taken_once_in_its_hosts_order(names: list[str], places: int) -> None:
    hosts: HostQueues[int] = HostQueues(bound=100, places=places)
    for number, name in enumerate(names):
        hosts.put(name, number)
    taken: list[tuple[str, int]] = []
    while (following := hosts.next()) is not None:
        taken.append(following)
        hosts.done(following[0])
    assert sorted(n for _, n in taken) == list(range(len(names)))
    for name in set(names):
        mine = [n for host, n in taken if host == name]
        assert mine == sorted(mine)
    assert len(hosts) == 0
