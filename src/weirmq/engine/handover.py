"""Local delivery: who takes a message for an ARN, so that services hand over to each other without knowing each other.

    accepted = handover.accept(addresses, delivery, now_ms)
    journal.commit(own_machine, own_facts, now_ms, also=accepted.also)

The receivers only decide; whoever hands over commits their facts together with its own, in one batch. So a fan-out to
many receivers is atomic, and costs one write. Several deliveries may be accepted before one commit, which must come
before anybody else decides anything.

What a body needs and is dear to make (a signature), it can get when it is read: the delivery names a *finisher*, and
the receiver lets `finish` complete what it kept.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from weirmq.engine.machine import Fact, Machine
from weirmq.iam.caller import Caller
from weirmq.kernel.errors import ServiceError


class Value(NamedTuple):
    """A message attribute. Exactly one of `string` and `binary` is there."""

    data_type: str
    string: str | None = None
    binary: bytes | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A message on its way from one service to its receivers.

    `body` is how what each of them gets begins, `sender` what they call its sender (SQS's SenderId). `caller` is the
    service that hands over, `source_arn` what of it does (a topic, a rule): receivers' policies are asked about both.
    `group` and `deduplication_id` are those of FIFO queues and topics. `finisher` names who completes the body when it
    is read ("" for nobody), and then makes it `finisher_bytes` longer.
    """

    body: str
    sender: str
    source_arn: str
    caller: Caller
    attributes: Mapping[str, Value] = {}
    group: str | None = None
    deduplication_id: str | None = None
    trace_header: str | None = None
    finisher: str = ""
    finisher_bytes: int = 0


class Address(NamedTuple):
    """One receiver. `ending` is what its body ends in, after the delivery's."""

    arn: str
    ending: str = ""


class Accepted(NamedTuple):
    """What became of a delivery: facts to be committed, by machine, and why others didn't take it, by their ARN."""

    also: list[tuple[Machine, list[Fact]]]
    refused: dict[str, ServiceError]


class Receiver(Protocol):
    """A service that takes deliveries."""

    def accept(self, addresses: Sequence[Address], delivery: Delivery, now_ms: int) -> Accepted:
        """The facts of taking `delivery` at `addresses`, all of them this service's: not yet committed."""
        ...


Finisher = Callable[[str], str]
"""Completes a body that was kept without what it needs when it is read. The same body gives the same result."""


class Handover:
    """The receivers of one process, each by the service name of its ARNs, and the finishers of bodies, by name."""

    def __init__(self) -> None:
        self._receivers: dict[str, Receiver] = {}
        self._finishers: dict[str, Finisher] = {}

    def add(self, service: str, receiver: Receiver) -> None:
        """Let `receiver` take what is for ARNs of `service` (`sqs`). Raises ValueError where there is one."""
        if service in self._receivers:
            raise ValueError(f"{service} has a receiver already")
        self._receivers[service] = receiver

    def add_finisher(self, name: str, finisher: Finisher) -> None:
        """Let `finisher` complete bodies that name it. Its name stands in the log: it never changes."""
        if name in self._finishers:
            raise ValueError(f"{name} is a finisher already")
        self._finishers[name] = finisher

    def finish(self, name: str, body: str) -> str:
        """The whole body of which a receiver kept `body`."""
        return self._finishers[name](body)

    def accept(self, addresses: Sequence[Address], delivery: Delivery, now_ms: int) -> Accepted:
        """What the receivers at `addresses` make of `delivery`. One that doesn't take it takes no part."""
        service = _shared_service(addresses)
        if service in self._receivers:
            return self._receivers[service].accept(addresses, delivery, now_ms)
        accepted = Accepted([], {})
        for each, own in _by_service(addresses).items():
            receiver = self._receivers.get(each)
            if receiver is None:
                for arn, _ in own:
                    accepted.refused[arn] = ServiceError("InvalidArn", f"Nothing here receives messages at {arn}.")
            else:
                also, refused = receiver.accept(own, delivery, now_ms)
                accepted.also.extend(also)
                accepted.refused.update(refused)
        return accepted


def _shared_service(addresses: Sequence[Address]) -> str:
    """The service of all of these ARNs, as it mostly is; "" where they differ, or are none."""
    if not addresses:
        return ""
    service = _service_of(addresses[0].arn)
    if len(addresses) == 1:
        return service
    start = f"arn:aws:{service}:"
    size = len(start)
    return service if {arn[:size] for arn, _ in addresses} == {start} else ""


def _by_service(addresses: Sequence[Address]) -> Mapping[str, Sequence[Address]]:
    """The addresses by the service of their ARNs; "" for what is no ARN."""
    found: dict[str, list[Address]] = {}
    for address in addresses:
        found.setdefault(_service_of(address.arn), []).append(address)
    return found


def _service_of(arn: str) -> str:
    parts = arn.split(":", 3)
    return parts[2] if len(parts) > 3 and parts[0] == "arn" else ""
