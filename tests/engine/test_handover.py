import pytest

from tests.engine.shelf import NOW_MS, Life, Put, Shelf
from weirmq.engine.handover import Delivery, Handover
from weirmq.engine.machine import Fact, Machine
from weirmq.kernel.errors import ServiceError

ARN = "arn:aws:sqs:us-east-1:000000000000:orders"
DELIVERY = Delivery(body="hello", sender="AIDA", sent_ms=NOW_MS, source_arn="arn:aws:sns:us-east-1:000000000000:topic")


class Receiver:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def accept(self, arn: str, delivery: Delivery, now_ms: int) -> tuple[Machine, list[Fact]]:
        name = arn.rpartition(":")[2]
        if name == "missing":
            raise ServiceError("QueueDoesNotExist", "There is no such queue.")
        return self.shelf, [Put(name, f"{delivery.body} at {now_ms}")]


def test_the_receiver_is_found_by_the_arns_service() -> None:
    life, handover = Life(), Handover()
    handover.add("sqs", Receiver(life.drawer))
    machine, facts = handover.accept(ARN, DELIVERY, NOW_MS)
    assert life.drawer.seen == []  # it only decided
    life.journal.commit(life.shelf, [Put("sent", "hello")], NOW_MS, also=[(machine, facts)])
    assert life.texts(life.drawer) == {"orders": f"hello at {NOW_MS}"}


def test_a_receiver_may_refuse() -> None:
    handover = Handover()
    handover.add("sqs", Receiver(Life().shelf))
    with pytest.raises(ServiceError) as caught:
        handover.accept(ARN.replace("orders", "missing"), DELIVERY, NOW_MS)
    assert caught.value.code == "QueueDoesNotExist"


@pytest.mark.parametrize("arn", ["", "orders", "arn:aws:lambda:us-east-1:000000000000:function:f", ARN.upper()])
def test_where_nobody_receives(arn: str) -> None:
    handover = Handover()
    handover.add("sqs", Receiver(Life().shelf))
    with pytest.raises(ServiceError):
        handover.accept(arn, DELIVERY, NOW_MS)


def test_one_receiver_a_service() -> None:
    handover = Handover()
    handover.add("sqs", Receiver(Life().shelf))
    with pytest.raises(ValueError, match="has a receiver already"):
        handover.add("sqs", Receiver(Life().shelf))
