"""Where outbound connections may lead: the guard against requests that are turned against the operator's own network.

    host, port -> lookup -> addresses -> those that are allowed -> connect to one of these very addresses

A name is looked up for each new connection, and what is checked is what is connected to. So a name that answers
otherwise the next time (DNS rebinding) gains nothing, nor do odd spellings of an address (`0x7f.1`), which the lookup
turns into the address that they stand for.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), IANA IPv6 Global Unicast Allocations,
RFC 4291 (v4-mapped and v4-compatible forms), RFC 6052 and RFC 8215 (NAT64), RFC 3056 (6to4), RFC 5214 (ISATAP).
"""

import asyncio
import os
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from ssl import SSLError
from typing import Final

SLOW_S: Final = 1.0
HOPELESS_S: Final = 60.0
LOOKUPS: Final = 64  # at a time

Lookup = Callable[[str, int], Awaitable[list[str]]]
"""All addresses of a name, in the order in which they should be tried. Raises OSError."""

_V4: Final = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this host or network"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's private address"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),  # 169.254.169.254 and .170.2: credentials of cloud machines
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "reserved"),  # 255.255.255.255 too
        ("168.63.129.16/32", "a cloud's metadata address"),  # Azure's, though its range is public
    )
)
_V6: Final = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("::/128", "this host"),
        ("::1/128", "a loopback address"),
        ("64:ff9b:1::/48", "a translated private address"),
        ("100::/64", "a discarded address"),
        ("2001::/23", "reserved for protocols"),  # Teredo too, whose servers would be the ones to relay to anywhere
        ("2001:db8::/32", "for documentation"),
        ("3fff::/20", "for documentation"),
        ("fc00::/7", "a private address"),  # fd00:ec2::254 too
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),
        ("ff00::/8", "a multicast address"),
    )
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # all that IANA hands out
# Forms of IPv6 address that carry an IPv4 one, and how far above the end its 32 bits stand.
_CARRIES_V4: Final = (
    (IPv6Network("::ffff:0:0/96"), 0),  # v4-mapped: the operating system connects over IPv4
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)
_ISATAP: Final = (0x00005EFE, 0x02005EFE)


class Refused(OSError):  # noqa: N818 - says what happened
    """The guard lets nobody connect there. The text says where to, and why not."""


class Guard:
    """Turns names into addresses to which connections may go."""

    def __init__(self, *, allows_private: bool, lookup: Lookup | None = None) -> None:
        self.allows_private = allows_private
        self._lookup = lookup or Resolver().look_up
        self._running: dict[tuple[str, int], asyncio.Future[list[str]]] = {}
        self._hopeless: dict[str, tuple[float, str]] = {}  # until when in loop time, and why

    async def addresses(self, host: str, port: int, *, is_trusted: bool = False) -> list[str]:
        """The addresses of `host`, a name or an address, that may be connected to.

        Raises Refused where there are others only, OSError where there is none.
        """
        found = await self._look_up(host, port)
        if not found:
            raise OSError(f"{host} has no address")
        if self.allows_private or is_trusted:
            return found
        allowed = [address for address in found if special(address) is None]
        if not allowed:
            where = found[0] if found[0] == host else f"{host} ({found[0]})"
            raise Refused(f"{where} is {special(found[0])}, and private endpoints are not allowed")
        return allowed

    async def _look_up(self, host: str, port: int) -> list[str]:
        """Many deliveries may wait for one name; they wait for one lookup, for few can run at a time."""
        if is_address(host):
            return [host]
        until, why = self._hopeless.get(host, (0.0, ""))
        if until > asyncio.get_running_loop().time():
            raise OSError(why)
        running = self._running.get((host, port))
        if running is None:
            running = self._running[host, port] = asyncio.ensure_future(self._ask(host, port))
            running.add_done_callback(lambda _: self._running.pop((host, port), None))
        return await asyncio.shield(running)

    async def _ask(self, host: str, port: int) -> list[str]:
        """Ask, and spare the threads that can ask a name whose servers let them wait in vain."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            return await self._lookup(host, port)
        except OSError as error:
            now = loop.time()
            if now - begun >= SLOW_S:
                self._hopeless = {name: known for name, known in self._hopeless.items() if known[0] > now}
                self._hopeless[host] = now + HOPELESS_S, f"{host} could not be looked up lately: {reason(error)}"
            raise


class Resolver:
    """What the operating system knows names as.

    Each look-up has a thread of its own, which nobody waits for at the end: a name whose servers are silent holds one
    for half a minute, and of the event loop's own threads there are four for all names together.
    """

    def __init__(self, most: int = LOOKUPS) -> None:
        self._places = asyncio.Semaphore(most)

    async def look_up(self, host: str, port: int) -> list[str]:
        """All addresses of a name. Raises OSError."""
        async with self._places:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[list[str]] = loop.create_future()
            threading.Thread(target=_ask, args=(host, port, loop, answer), daemon=True, name="weirmq-lookup").start()
            return await answer


def _ask(host: str, port: int, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[list[str]]") -> None:
    """In a thread: ask, and tell the loop."""
    found: list[str] = []
    failure: Exception | None = None
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        found = list(dict.fromkeys(str(address[0]) for *_, address in known))
    except (OSError, UnicodeError) as error:
        failure = error if isinstance(error, OSError) else OSError(f"{host} is no host name")
    with suppress(RuntimeError):  # the loop has ended meanwhile
        loop.call_soon_threadsafe(_tell, answer, found, failure)


def _tell(answer: "asyncio.Future[list[str]]", found: list[str], failure: Exception | None) -> None:
    if answer.done():  # nobody waits any more
        return
    if failure is None:
        answer.set_result(found)
    else:
        answer.set_exception(failure)


def reason(error: BaseException) -> str:
    """An operating system's error in its own words; event loops put theirs in front."""
    if isinstance(error, OSError) and not isinstance(error, SSLError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def is_address(host: str) -> bool:
    """Whether `host` is an address in its usual spelling, so that there is nothing to look up."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(1024)
def special(address: str) -> str | None:
    """What is special about an IPv4 or IPv6 address, in words; None where it is a public one like any other."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "no address"
    return _special_v4(parsed) if isinstance(parsed, IPv4Address) else _special_v6(parsed)


def _special_v4(address: IPv4Address) -> str | None:
    for network, what in _V4:
        if address in network:
            return what
    return None


def _special_v6(address: IPv6Address) -> str | None:
    if address.scope_id is not None:
        return "a link-local address"
    number = int(address)
    for network, shift in _CARRIES_V4:
        if address in network:
            return _special_v4(IPv4Address(number >> shift & 0xFFFFFFFF))
    for network, what in _V6:
        if address in network:
            return what
    if address not in _GLOBAL_UNICAST:
        return "reserved"
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        return _special_v4(IPv4Address(number & 0xFFFFFFFF))
    return None
