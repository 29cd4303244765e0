"""What consumers of the classic protocol tell each other, as clients write it."""

import pytest

from weirmq.wire.kafka import consumer_protocol
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.messages.consumer_protocol_assignment import ConsumerProtocolAssignment, TopicPartition

ORDERS = b"\0\x06orders"
# by hand, from ConsumerProtocolSubscription.json and ConsumerProtocolAssignment.json
OWNED = b"\0\0\0\1" + ORDERS + b"\0\0\0\2" + b"\0\0\0\0" + b"\0\0\0\3"
FIRST = b"\0\0" + b"\0\0\0\1" + ORDERS + b"\xff\xff\xff\xff"
NEWEST = b"\0\3" + FIRST[2:] + OWNED + b"\0\0\0\7" + b"\0\4east"


def test_a_subscription_says_more_with_each_version() -> None:
    first = consumer_protocol.subscription(FIRST)
    assert (first.topics, first.user_data, first.owned_partitions, first.rack_id) == (["orders"], None, [], None)
    newest = consumer_protocol.subscription(NEWEST)
    (owned,) = newest.owned_partitions
    assert (owned.topic, owned.partitions, newest.generation_id, newest.rack_id) == ("orders", [0, 3], 7, "east")


def test_a_version_of_the_future_is_read_as_the_newest() -> None:
    future = b"\0\x09" + NEWEST[2:] + b"more"
    assert consumer_protocol.version(future) == 3
    assert consumer_protocol.subscription(future) == consumer_protocol.subscription(NEWEST)


@pytest.mark.parametrize("version", range(4))
def test_an_assignment_is_the_same_in_all_versions(version: int) -> None:
    value = ConsumerProtocolAssignment([TopicPartition("orders", [0, 3])])
    data = consumer_protocol.encoded(value, version)
    assert data == bytes([0, version]) + OWNED + b"\xff\xff\xff\xff"
    assert consumer_protocol.assignment(data) == value


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff\xff", FIRST[:-1], NEWEST[:-1], b"\0\1" + FIRST[2:]])
def test_what_cannot_be_read(data: bytes) -> None:
    with pytest.raises(Malformed):
        consumer_protocol.subscription(data)
