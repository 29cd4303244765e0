"""Local delivery: who takes a message for an ARN, so that services hand over to each other without knowing each other.

    machine, facts = handover.accept(arn, delivery, now_ms)
    journal.commit(own_machine, own_facts, now_ms, also=[(machine, facts)])

The receiver only decides; whoever hands over commits its facts together with its own, in one batch. So a fan-out to
many receivers is atomic, and costs one write.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from weirmq.engine.machine import Fact, Machine
from weirmq.kernel.arn import parse
from weirmq.kernel.errors import ServiceError


class Delivery(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A message on its way from one service to another.

    `attributes` are message attributes as the receiver keeps them, by name. `group` and `deduplication_id` are those of
    FIFO queues and topics. `sender` is the principal that it came from. `message_id` None lets the receiver draw one;
    a message that moves keeps its own. `sent_ms` is when its first receiver took it; `source_arn` what handed it over.
    """

    body: str
    sender: str
    sent_ms: int
    source_arn: str
    attributes: Mapping[str, Any] = {}
    group: str | None = None
    deduplication_id: str | None = None
    trace_header: str | None = None
    message_id: str | None = None


class Receiver(Protocol):
    """A service that takes deliveries."""

    def accept(self, arn: str, delivery: Delivery, now_ms: int) -> tuple[Machine, list[Fact]]:
        """The facts of taking `delivery` at `arn`, for its machine: not yet committed. Raises ServiceError."""
        ...


class Handover:
    """The receivers of one process, each by the service name of its ARNs."""

    def __init__(self) -> None:
        self._receivers: dict[str, Receiver] = {}

    def add(self, service: str, receiver: Receiver) -> None:
        """Let `receiver` take what is for ARNs of `service` (`sqs`). Raises ValueError where there is one."""
        if service in self._receivers:
            raise ValueError(f"{service} has a receiver already")
        self._receivers[service] = receiver

    def accept(self, arn: str, delivery: Delivery, now_ms: int) -> tuple[Machine, list[Fact]]:
        """What the receiver at `arn` makes of `delivery`. Raises ServiceError, also where nobody receives there."""
        try:
            service = parse(arn).service
        except ValueError as error:
            raise ServiceError("InvalidArn", str(error)) from None
        receiver = self._receivers.get(service)
        if receiver is None:
            raise ServiceError("InvalidArn", f"Nothing here receives messages at {arn}.")
        return receiver.accept(arn, delivery, now_ms)
