import asyncio
import threading
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.web.client import Answer
from ingest.web.guard import Guard, is_odd_number, why_forbidden
from ingest.web.outcomes import NoAnswer
from tests.ingest.doors import resolver, web, with_door
from tests.ingest.site import Site, ok


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("::1", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("::", "unspecified"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("fc00::1", "private"),
        ("fd12:3456::1", "private"),
        ("100.64.0.1", "shared (CGNAT)"),
        ("100.127.255.255", "shared (CGNAT)"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%1", "link-local"),
        ("fec0::1", "link-local"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("ff02::1", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("192.0.0.8", "protocol assignment"),
        ("192.0.2.1", "documentation"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("198.18.0.1", "benchmarking"),
        ("::ffff:127.0.0.1", "IPv4 in IPv6"),
        ("::ffff:8.8.8.8", "IPv4 in IPv6"),
        ("::7f00:1", "IPv4 in IPv6"),
        ("64:ff9b::7f00:1", "NAT64"),
        ("64:ff9b::808:808", "NAT64"),
        ("64:ff9b:1::1", "NAT64"),
        ("2002:7f00:1::", "6to4"),
        ("2002:c0a8:101::1", "6to4"),
        ("192.88.99.1", "6to4"),
        ("2001::1", "protocol assignment"),  # Teredo
        ("100::1", "reserved"),
        ("5f00::1", "reserved"),
        ("4000::1", "reserved"),
    ],
)
def test_24_address_guard_refuses(address: str, reason: str) -> None:
    assert why_forbidden(ip_address(address)) == reason


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "100.63.0.1",
        "100.128.0.1",
        "2a00:1450::1",
        "2606:4700::1111",
    ],
)
def test_24_address_guard_lets_public_addresses_through(address: str) -> None:
    assert why_forbidden(ip_address(address)) is None


@given(st.ip_addresses())
def test_24_address_guard_refuses_all_that_python_calls_not_global(address: object) -> None:
    parsed = ip_address(str(address))
    if not parsed.is_global:
        assert why_forbidden(parsed) is not None


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.1", "fd00::1", "::1"])
def test_24_private_is_opened_by_setting(address: str) -> None:
    assert why_forbidden(ip_address(address), allow_private=True) is None


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "::ffff:127.0.0.1", "224.0.0.1", "64:ff9b::a00:1", "0.0.0.0", "100.64.0.1"],
)
def test_24_private_setting_opens_nothing_else(address: str) -> None:
    assert why_forbidden(ip_address(address), allow_private=True) is not None


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "127.1",
        "127.0.1",
        "0",
        "017700000001",
        "127.0.0.1.",
        "0x",
    ],
)
def test_24_odd_spellings_of_addresses_are_refused(host: str) -> None:
    assert is_odd_number(host)
    with Site(lambda _: ok(b"secret")) as site, pytest.raises(NoAnswer) as caught:
        get(f"http://{host}:{site.port}/")
    # httpx refuses some of them as no URL before the guard sees them
    assert caught.value.outcome in ("forbidden", "bad-url")
    assert site.asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "8.8.8.8", "example.org", "1.example", "0x7f.com", "a1", "::1"]
)
def test_24_names_and_plain_addresses_are_no_odd_spellings(host: str) -> None:
    assert not is_odd_number(host)


def get(url: str, **settings: object) -> Answer:
    return with_door(lambda door: door.get(url), web(**settings))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{}/",
        "http://localhost:{}/",
        "http://[::1]:{}/",
        "http://[::ffff:127.0.0.1]:{}/",
        "http://[::ffff:7f00:1]:{}/",
    ],
)
def test_24_loopback_is_refused_at_dial_time(url: str) -> None:
    with Site(lambda _: ok(b"secret")) as site, pytest.raises(NoAnswer) as caught:
        get(url.format(site.port), allow_private=False, ports=(site.port,))
    assert caught.value.outcome == "forbidden"
    assert site.connections == 0


def test_24_a_name_that_means_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, lambda _: ["127.0.0.1"])
    with Site(lambda _: ok(b"secret")) as site, pytest.raises(NoAnswer) as caught:
        get(f"http://inside.example:{site.port}/", allow_private=False, ports=(site.port,))
    assert caught.value.outcome == "forbidden"
    assert site.connections == 0


def test_24_dns_that_answers_differently_the_second_time_is_not_asked_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # the first answer is public (and answers nobody here), every later one is the site
    answers = iter([["192.0.2.1", "203.0.113.9"], ["127.0.0.1"]])
    names = resolver(monkeypatch, lambda _: next(answers))
    with Site(lambda _: ok(b"secret")) as site, pytest.raises(NoAnswer) as caught:
        get(f"http://rebinding.example:{site.port}/", allow_private=False, ports=(site.port,))
    assert caught.value.outcome == "forbidden"
    assert names == ["rebinding.example"]
    assert site.connections == 0


def test_24_forbidden_addresses_among_good_ones_are_not_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver(monkeypatch, lambda _: ["64:ff9b::808:808", "169.254.169.254", "8.8.8.8"])
    guard = Guard((80,), allow_private=False)
    allowed = asyncio.run(guard.addresses("mixed.example", 80, 1.0))
    assert [str(a) for a in allowed] == ["8.8.8.8"]


def test_24_an_address_that_is_down_is_followed_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver(monkeypatch, lambda _: ["127.0.0.9", "127.0.0.1"])
    with Site(lambda _: ok(b"x"), host="127.0.0.1") as site:
        assert get(f"http://two.example:{site.port}/").status == 200


@pytest.mark.parametrize("port", [22, 25, 8080])
def test_24_only_the_ports_of_the_setting_are_asked(port: int) -> None:
    guard = Guard((80, 443), allow_private=True)
    with pytest.raises(NoAnswer) as caught:
        asyncio.run(guard.addresses("8.8.8.8", port, 1.0))
    assert caught.value.outcome == "forbidden"


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "file:///etc/passwd", "gopher://x/", "javascript:1", "/relative", ""],
)
def test_24_only_http_and_https_are_asked(url: str) -> None:
    with pytest.raises(NoAnswer) as caught:
        get(url)
    assert caught.value.outcome in ("forbidden", "bad-url")


def test_24_a_proxy_is_not_asked_for_what_the_guard_can_judge_itself() -> None:
    with Site(lambda _: ok(b"x")) as proxy:
        for host in ("10.0.0.1", "2130706433", "8.8.8.8:22"):
            with pytest.raises(NoAnswer) as caught:
                get(f"http://{host}/", allow_private=False, proxy=proxy.url(""))
            assert caught.value.outcome == "forbidden"
        assert proxy.connections == 0
        get("http://8.8.8.8/feed", allow_private=False, proxy=proxy.url(""))
        assert proxy.paths() == ["http://8.8.8.8/feed"]


def test_one_slow_name_delays_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def answer(host: str) -> list[str]:
        if host.startswith("slow"):
            release.wait(10)
        return ["127.0.0.1"]

    resolver(monkeypatch, answer)

    async def run() -> list[str]:
        guard = Guard((80,), allow_private=True)
        slow = [asyncio.create_task(guard.addresses(f"slow{i}.example", 80, 5)) for i in range(10)]
        fast = await guard.addresses("fast.example", 80, 5)
        assert not any(task.done() for task in slow)
        release.set()
        await asyncio.gather(*slow)
        return [str(a) for a in fast]

    assert asyncio.run(run()) == ["127.0.0.1"]


def test_17_a_name_server_that_does_not_answer_is_a_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()

    def answer(_: str) -> list[str]:
        release.wait(10)
        return []

    resolver(monkeypatch, answer)

    async def run() -> NoAnswer:
        guard = Guard((80,), allow_private=True)
        try:
            with pytest.raises(NoAnswer) as caught:
                await guard.addresses("dead.example", 80, 0.1)
        finally:
            release.set()
        return caught.value

    assert asyncio.run(run()).outcome == "timeout"
