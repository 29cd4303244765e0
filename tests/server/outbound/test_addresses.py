import asyncio
import socket
import threading
from typing import Any

import pytest

from weirmq.server.outbound.addresses import Guard, Refused, Resolver, special

PUBLIC = ["1.1.1.1", "8.8.8.8", "52.94.236.248", "172.32.0.1", "172.15.255.255", "100.128.0.1", "192.0.1.1",
          "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808",
          "2002:808:808::1", "2001:4860:4860::8888"]  # fmt: skip

# One address at least of each row of IANA's two registries that isn't globally reachable, at both ends of some.
SPECIAL = ["0.0.0.0", "0.255.255.255", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
           "127.255.255.254", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.8",
           "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
           "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "100.100.100.200",
           "168.63.129.16",
           "::", "::1", "fe80::1", "fe80::1%1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1",
           "2001:db8::1", "3fff::1", "2001::1", "2001:20::1", "64:ff9b:1::1", "5f00::1", "4000::1"]  # fmt: skip

# The ways in which IPv6 can say 127.0.0.1, 10.0.0.1 and 169.254.169.254.
DISGUISED = ["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe", "::ffff:10.0.0.1", "::127.0.0.1",
             "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::1",
             "2002:a9fe:a9fe::", "2002:a00:1::5", "2a00:1450::200:5efe:7f00:1", "2a00:1450::5efe:a9fe:a9fe",
             "2001:0:7f00:1::"]  # fmt: skip


def answers(*addresses: str) -> Guard:
    async def lookup(_host: str, _port: int) -> list[str]:
        return list(addresses)

    return Guard(allows_private=False, lookup=lookup)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_nothing_special(address: str) -> None:
    assert special(address) is None


@pytest.mark.parametrize("address", SPECIAL + DISGUISED)
def test_special_addresses_are_known_in_all_their_forms(address: str) -> None:
    assert special(address)


def test_what_is_no_address_is_not_let_through() -> None:
    assert special("example.com")


@pytest.mark.parametrize("address", SPECIAL + DISGUISED)
async def test_they_are_refused(address: str) -> None:
    with pytest.raises(Refused, match="private endpoints are not allowed"):
        await answers(address).addresses("example.com", 80)
    with pytest.raises(Refused):
        await answers().addresses(address, 80)


async def test_only_the_allowed_ones_are_connected_to() -> None:
    guard = answers("10.0.0.1", "8.8.8.8", "::1", "2606:4700:4700::1111")
    assert await guard.addresses("example.com", 80) == ["8.8.8.8", "2606:4700:4700::1111"]


async def test_the_refusal_says_where_it_leads() -> None:
    with pytest.raises(Refused, match=r"example\.com \(127\.0\.0\.1\) is a loopback address"):
        await answers("127.0.0.1").addresses("example.com", 80)


async def test_all_are_allowed_by_configuration_or_where_the_operator_named_the_host() -> None:
    assert await Guard(allows_private=True).addresses("127.0.0.1", 80) == ["127.0.0.1"]
    assert await answers("10.0.0.1").addresses("intern", 80, is_trusted=True) == ["10.0.0.1"]


async def test_a_name_without_an_address() -> None:
    with pytest.raises(OSError, match=r"example\.com has no address"):
        await answers().addresses("example.com", 80)


async def test_a_name_is_looked_up_each_time() -> None:
    found = [["8.8.8.8"], ["127.0.0.1"]]

    async def lookup(_host: str, _port: int) -> list[str]:
        return found.pop(0)

    guard = Guard(allows_private=False, lookup=lookup)
    assert await guard.addresses("rebinding.example", 80) == ["8.8.8.8"]
    with pytest.raises(Refused):
        await guard.addresses("rebinding.example", 80)


async def test_who_waits_for_the_same_name_waits_for_one_lookup() -> None:
    come, asked = asyncio.Event(), list[str]()

    async def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        await come.wait()
        return ["8.8.8.8"]

    guard = Guard(allows_private=False, lookup=lookup)
    waiting = [asyncio.ensure_future(guard.addresses("slow.example", 80)) for _ in range(50)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # one that gives up takes nobody with it
    await asyncio.sleep(0)
    come.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert found[1:] == [["8.8.8.8"]] * 49
    assert asked == ["slow.example"]


async def test_a_name_whose_servers_let_one_wait_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    asked: list[str] = []
    guard = Guard(allows_private=False, lookup=lookup)
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await guard.addresses("quick.example", 80)
    monkeypatch.setattr("weirmq.server.outbound.addresses.SLOW_S", 0.0)
    with pytest.raises(socket.gaierror):
        await guard.addresses("slow.example", 80)
    with pytest.raises(OSError, match=r"slow\.example could not be looked up lately: Temporary failure"):
        await guard.addresses("slow.example", 80)
    assert asked == ["quick.example", "quick.example", "slow.example"]


@pytest.mark.parametrize("spelled", ["0x7f.1", "2130706433", "0177.0.0.1", "127.1"])
async def test_odd_spellings_are_what_the_system_takes_them_for(spelled: str) -> None:
    with pytest.raises((Refused, socket.gaierror)):
        await Guard(allows_private=False).addresses(spelled, 80)


async def test_the_systems_own_lookup() -> None:
    assert "127.0.0.1" in await Resolver().look_up("localhost", 80)
    with pytest.raises(OSError, match=r".+"):
        await Resolver().look_up(f"{'a' * 64}.example", 80)


async def test_names_whose_servers_are_silent_keep_no_other_name_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = threading.Event()

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        if host.startswith("silent"):
            silence.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("8.8.8.8", port))] * 2

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    guard = Guard(allows_private=False)
    waiting = [asyncio.ensure_future(guard.addresses(f"silent{number}.example", 80)) for number in range(40)]
    try:
        assert await asyncio.wait_for(guard.addresses("quick.example", 80), 10) == ["8.8.8.8"]
        assert not any(each.done() for each in waiting)
    finally:
        silence.set()
    assert all(isinstance(each, OSError) for each in await asyncio.gather(*waiting, return_exceptions=True))
