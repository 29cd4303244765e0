from collections.abc import Sequence

import pytest

from tests.engine.shelf import NOW_MS, Life, Put, Shelf
from weirmq.engine.handover import Accepted, Address, Delivery, Handover
from weirmq.engine.machine import Fact
from weirmq.iam.caller import service_of
from weirmq.kernel.errors import ServiceError

QUEUE = "arn:aws:sqs:us-east-1:000000000000:"
TOPIC = "arn:aws:sns:us-east-1:000000000000:topic"
DELIVERY = Delivery(body="hello", sender="AIDA", source_arn=TOPIC, caller=service_of("sns.amazonaws.com"))


class Receiver:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def accept(self, addresses: Sequence[Address], delivery: Delivery, now_ms: int) -> Accepted:
        refused: dict[str, ServiceError] = {}
        facts: list[Fact] = []
        for arn, ending in addresses:
            name = arn.rpartition(":")[2]
            if name == "missing":
                refused[arn] = ServiceError("QueueDoesNotExist", "There is no such queue.")
            else:
                facts.append(Put(name, f"{delivery.body}{ending} at {now_ms}"))
        return Accepted([(self.shelf, facts)], refused)


def test_receivers_are_found_by_the_services_of_their_arns() -> None:
    life, handover = Life(), Handover()
    handover.add("sqs", Receiver(life.drawer))
    handover.add("events", Receiver(life.shelf))
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/main"
    addresses = [Address(f"{QUEUE}orders", "!"), Address(bus), Address(f"{QUEUE}bills", "?")]
    accepted = handover.accept(addresses, DELIVERY, NOW_MS)
    assert (life.drawer.seen, life.shelf.seen) == ([], [])  # they only decided
    life.journal.commit(life.shelf, [Put("sent", "hello")], NOW_MS, also=accepted.also)
    assert life.texts(life.drawer) == {"orders": f"hello! at {NOW_MS}", "bills": f"hello? at {NOW_MS}"}
    assert life.texts() == {"sent": "hello", "event-bus/main": f"hello at {NOW_MS}"}
    assert accepted.refused == {}


def test_who_refuses_takes_no_part() -> None:
    life, handover = Life(), Handover()
    handover.add("sqs", Receiver(life.drawer))
    accepted = handover.accept([Address(f"{QUEUE}missing"), Address(f"{QUEUE}orders")], DELIVERY, NOW_MS)
    assert [(arn, error.code) for arn, error in accepted.refused.items()] == [(f"{QUEUE}missing", "QueueDoesNotExist")]
    life.journal.commit(life.shelf, [], NOW_MS, also=accepted.also)
    assert life.texts(life.drawer) == {"orders": f"hello at {NOW_MS}"}


@pytest.mark.parametrize("arn", ["", "orders", "arn:aws", "arn:aws:lambda:us-east-1:0:function:f", f"{QUEUE}q".upper()])
def test_where_nobody_receives(arn: str) -> None:
    handover = Handover()
    handover.add("sqs", Receiver(Life().shelf))
    accepted = handover.accept([Address(arn)], DELIVERY, NOW_MS)
    assert accepted.also == []
    assert [(arn, error.code) for arn, error in accepted.refused.items()] == [(arn, "InvalidArn")]


def test_one_receiver_a_service() -> None:
    handover = Handover()
    handover.add("sqs", Receiver(Life().shelf))
    with pytest.raises(ValueError, match="has a receiver already"):
        handover.add("sqs", Receiver(Life().shelf))


def test_finishers_complete_bodies() -> None:
    handover = Handover()
    handover.add_finisher("sns", lambda body: body.replace("SIGNATURE", "abc"))
    handover.add_finisher("other", str.upper)
    assert handover.finish("sns", "a SIGNATURE") == "a abc"
    assert handover.finish("other", "a") == "A"
    with pytest.raises(ValueError, match="is a finisher already"):
        handover.add_finisher("sns", str.upper)
