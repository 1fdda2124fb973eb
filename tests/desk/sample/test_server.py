"""The sample wire over real sockets."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from desk.sample import EDITIONS, SampleWire, steady_port

SPREAD = pytest.mark.skipif(
    not Path("/proc/sys/net").exists(), reason="only Linux answers on all of 127.0.0.0/8"
)


@pytest.fixture
def wire() -> Iterator[SampleWire]:
    with SampleWire().start() as served:
        yield served


@pytest.fixture
def single() -> Iterator[SampleWire]:
    with SampleWire().start(public_host="127.0.0.1") as served:
        yield served


def get(url: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@SPREAD
def test_every_site_answers_on_an_address_of_its_own(wire: SampleWire) -> None:
    hosts = {feed.url.split("/")[2] for feed in wire.feeds}

    assert len(hosts) == len(wire.edition.sites)
    assert all(get(feed.url)[0] == 200 for feed in wire.feeds)
    assert all(host.endswith(f":{wire.port}") for host in hosts)


def test_under_one_name_every_site_has_a_folder(single: SampleWire) -> None:
    assert all(feed.url.startswith("http://127.0.0.1:") for feed in single.feeds)
    assert all(get(feed.url)[0] == 200 for feed in single.feeds)
    assert get(single.url("tass-belgrade"))[0] == 200


def test_it_counts_what_was_asked(wire: SampleWire) -> None:
    url = wire.url("tass-belgrade")
    get(url)
    get(url)
    get(wire.url("afp-musee"))

    assert wire.requests["tass", "/politics/1679025", 200] == 2
    assert wire.requests["afp", "/depeche/20261012-musee", 404] == 1


def test_advance_publishes_the_next_edition_and_stays_at_the_last(wire: SampleWire) -> None:
    url = wire.url("reuters-lithium")
    before = get(url)[1]

    assert wire.advance() == 2
    after = get(url)[1]
    assert b"UPDATE 1-" in after
    assert b"UPDATE 1-" not in before
    assert [wire.advance() for _ in range(3)] == [EDITIONS] * 3
    assert get(wire.url("interfax-snyato"))[0] == 410


def test_it_can_be_advanced_from_outside(single: SampleWire) -> None:
    server = HTTPConnection("127.0.0.1", single.port, timeout=10)
    server.request("POST", "/advance", body=b"please")
    told = server.getresponse()
    assert (told.status, told.read()) == (200, b"2\n")

    # on the same connection: the body was read
    server.request("POST", "/elsewhere")
    told = server.getresponse()
    assert (told.status, told.read()) == (405, b"")
    server.close()
    assert single.edition.number == 2


def test_head_has_the_headers_alone_and_304_no_body(single: SampleWire) -> None:
    path = "/tass/politics/1679025"
    server = HTTPConnection("127.0.0.1", single.port, timeout=10)
    server.request("HEAD", path)
    head = server.getresponse()
    assert head.read() == b""
    assert int(head.getheader("content-length") or 0) > 1000

    server.request("GET", path, headers={"If-None-Match": head.getheader("etag") or ""})
    unchanged = server.getresponse()
    assert (unchanged.status, unchanged.read()) == (304, b"")
    server.close()


def test_two_wires_do_not_meet() -> None:
    with SampleWire().start() as one, SampleWire().start() as other:
        assert one.port != other.port


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        SampleWire().start(port=taken.getsockname()[1])


def test_stopping_frees_the_port_and_may_be_repeated() -> None:
    wire = SampleWire().start()
    port = wire.port
    wire.stop()
    wire.stop()

    with SampleWire().start(port=port) as again:
        assert again.port == port


def test_there_is_no_address_before_start() -> None:
    with pytest.raises(RuntimeError, match="before start"):
        _ = SampleWire().layout


def test_a_data_folder_keeps_its_port(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"

    port = steady_port(data)
    assert port > 0
    assert steady_port(data) == port
