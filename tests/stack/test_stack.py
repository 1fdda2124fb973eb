"""The stack for real: hurt while it works, nothing lost or doubled; its walls; its way down.

The tests stand in the order in which they run on the one stack that they share.
"""

import json
import re
from urllib.parse import urlsplit

import psycopg
import pytest

from desk.local import process
from desk.sample import read
from desk.sample.answers import expectations
from desk.sample.layout import under
from tests.stack.conftest import SERVICES
from tests.stack.stack import Stack

pytestmark = pytest.mark.stack

OURS = tuple(name for name in SERVICES if name not in ("kafka", "postgres"))
# All stories of the sample through all stages on two cores, services restarting meanwhile.
ROWS_PATIENCE_S = 300.0


def connect(stack: Stack, role: str, password: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection from outside, as a downstream job has it."""
    secret = stack.passwords[password]
    url = f"postgresql://{role}:{secret}@127.0.0.1:{stack.port}/wiredesk"
    return psycopg.connect(url, autocommit=True)


def reader(stack: Stack) -> "psycopg.Connection[tuple[object, ...]]":
    return connect(stack, "wire_reader", "WIRE_READER_PASSWORD")


def stories(stack: Stack) -> list[tuple[str, str]]:
    """The host and path of every story that is accounted for, doubles and all.

    As the owner: the views rightly hide what is withheld.
    """
    with connect(stack, "wiredesk", "POSTGRES_PASSWORD") as connection:
        rows = connection.execute(
            "SELECT url FROM wire_data.articles UNION ALL SELECT url FROM wire.dead_letters"
        ).fetchall()
    return sorted(place(str(url)) for (url,) in rows)


def place(url: str) -> tuple[str, str]:
    """Where a story is, however its port and last slash are written."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.path.rstrip("/")


def expected() -> list[tuple[tuple[str, str], bool]]:
    """Where each story is, and whether it repeats another."""
    lines = expectations(read(1), under("*.wire.sample", 80)).splitlines()
    told = [json.loads(line) for line in lines]
    return [(place(one["url"]), one.get("signals", {}).get("kind") == "repeat") for one in told]


def missing(found: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """The stories that are not accounted for.

    A repeat is no story of its own where the one it repeats came first.
    """
    return {where for where, is_repeat in expected() if not is_repeat} - set(found)


def test_each_service_killed_in_turn_at_work_and_nothing_is_lost_or_doubled(stack: Stack) -> None:
    stack.wait_healthy("kafka", "postgres", "sample", "poll")
    for service in ("poll", "fetch", "extract", "enrich", "kafka", "postgres", "keeper"):
        stack.kill(service)
    stack.kill("dead-letters")
    stack.wait_healthy(*SERVICES)
    process.wait_for(lambda: not missing(stories(stack)), ROWS_PATIENCE_S)
    found = stories(stack)
    assert missing(found) == set()
    assert len(found) == len(set(found)), "doubled"
    assert set(found) <= {where for where, _ in expected()}


def test_a_second_round_over_all_services_changes_nothing(stack: Stack) -> None:
    before = stories(stack)
    for service in SERVICES:
        stack.kill(service)
    stack.wait_healthy(*SERVICES)
    stack.compose("up", "-d")
    assert stories(stack) == before
    with reader(stack) as connection:
        doubled = connection.execute(
            "SELECT article_id, revision FROM wire.article_versions"
            " GROUP BY 1, 2 HAVING count(*) > 1"
        ).fetchall()
    assert doubled == []


def test_a_job_reads_the_views_and_nothing_else(stack: Stack) -> None:
    with reader(stack) as connection:
        found = connection.execute(
            "SELECT count(*) FILTER (WHERE dateline_country IS NOT NULL), count(*)"
            " FROM wire.articles"
        ).fetchone()
        assert found
        assert 0 < int(str(found[0])) <= int(str(found[1]))
        for forbidden in (
            "DELETE FROM wire_data.articles",
            "SELECT * FROM wire_data.articles",
            "CREATE TABLE wire.mine (n int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_each_story_is_one_line_of_enrichs_log(stack: Stack) -> None:
    lines = [line for line in stack.logs("enrich").splitlines() if "event=fate" in line]
    assert len(lines) >= len(expected()) // 2
    assert all(re.match(r"time=\S+ level=\w+ service=enrich ", line) for line in lines)


REACH = """
import socket
try:
    socket.create_connection(('{host}', 80), 3).close()
    print('reached')
except OSError as error:
    print(type(error).__name__)
"""


def test_only_poll_and_fetch_reach_the_outside(stack: Stack) -> None:
    """The sample wire stands outside: its address is one of the world's, not a private one."""
    sample = stack.inspect(stack.containers("sample")[0])["NetworkSettings"]["Networks"]
    (host,) = [network["IPAddress"] for network in sample.values()]
    reached = {service: stack.python(service, REACH.format(host=host)) for service in OURS[1:]}
    assert {name for name, outcome in reached.items() if outcome == "reached"} == {"poll", "fetch"}


def test_the_networks_are_as_narrow_as_they_are_said_to_be(stack: Stack) -> None:
    def networks(service: str) -> set[str]:
        found = stack.inspect(stack.containers(service)[0])["NetworkSettings"]["Networks"]
        return {name.partition("_")[2] for name in found}

    outside = {service for service in SERVICES if "outside" in networks(service)}
    assert outside == {"poll", "fetch"}
    assert {service for service in SERVICES if "jobs" in networks(service)} == {"postgres"}
    ports = stack.inspect(stack.containers("postgres")[0])["NetworkSettings"]["Ports"]
    assert ports["5432/tcp"] == [{"HostIp": "127.0.0.1", "HostPort": str(stack.port)}]


WRITE = """
import os
for path in ('/opt', '/opt/wiredesk', '/', '/etc', '/home'):
    try:
        open(os.path.join(path, 'x'), 'w').close()
        print('wrote', path)
    except OSError:
        pass
print(os.getuid())
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_without_root_on_a_file_system_it_cannot_write(
    service: str, stack: Stack
) -> None:
    found = stack.inspect(stack.containers(service)[0])
    assert found["HostConfig"]["ReadonlyRootfs"]
    assert found["HostConfig"]["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in found["HostConfig"]["SecurityOpt"]
    if service in OURS:
        assert stack.python(service, WRITE) == "10001"


def test_only_init_knows_the_owners_password(stack: Stack) -> None:
    secret = stack.passwords["POSTGRES_PASSWORD"]
    knows = {
        service
        for service in (*SERVICES, "init")
        if secret in json.dumps(stack.inspect(stack.containers(service)[0])["Config"]["Env"])
    }
    assert knows == {"postgres", "init"}


def test_every_service_drains_when_it_is_told_to_stop(stack: Stack) -> None:
    stack.compose("stop", "--timeout", "60", *OURS)
    codes = {
        service: stack.inspect(one)["State"]["ExitCode"]
        for service in OURS
        for one in stack.containers(service)
    }
    assert codes == dict.fromkeys(OURS, 0)
