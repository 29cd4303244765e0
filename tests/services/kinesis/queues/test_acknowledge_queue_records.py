"""AcknowledgeQueueRecords."""

import pytest

from tests.services.kinesis.queues.desk import Desk, codes
from tests.services.kinesis.world import World
from weirmq.services.kinesis.queues.receipts import Receipt, seal, unseal

KEY = b"k" * 32


def test_an_acknowledged_record_does_not_come_again(desk: Desk) -> None:
    desk.world.put(b"a", b"b", b"c")
    a, _, c = desk.receive()
    answer = desk.acknowledge(a, c)
    assert [each.ReceiptHandle for each in answer.Successful] == [a.ReceiptHandle, c.ReceiptHandle]
    assert answer.Failed == []
    desk.world.clock.advance(seconds=30)
    assert desk.data() == [b"b"]
    assert desk.world.data(shard=0) + desk.world.data(shard=1) + desk.world.data(shard=2) + desk.world.data(
        shard=3
    ) == [b"a", b"b", b"c"]


def test_nothing_is_remembered_of_it(desk: Desk) -> None:
    desk.world.put(*[b"%d" % number for number in range(50)])
    while records := desk.receive():
        desk.acknowledge(*records)
    [cursor] = [cursor for cursor in desk.queue.cursors.values() if cursor.position]
    assert (cursor.position, cursor.held, cursor.ahead) == (50, {}, set())
    assert not desk.queue.deadlines


def test_once_more_is_no_error(desk: Desk) -> None:
    desk.world.put(b"a")
    [record] = desk.receive()
    assert codes(desk.acknowledge(record, record)) == []
    assert codes(desk.acknowledge(record)) == []


def test_late_is_better_than_never(desk: Desk) -> None:
    """Its time was over, another one has it, or it is a dead letter: it was done all the same."""
    desk.world.put(b"a", b"b", b"c")
    a, b, c = desk.receive(VisibilityTimeoutSeconds=0)
    for _ in range(13):  # in turns, so five times of the first
        desk.receive(VisibilityTimeoutSeconds=0, Limit=1)
    [dead] = desk.receive_dead()
    assert dead.RecordId == a.RecordId
    [other] = desk.receive(Limit=1)
    assert codes(desk.acknowledge(a, b, c)) == []
    assert codes(desk.acknowledge(other)) == []
    assert not desk.queue.ready
    assert not desk.queue.dead
    assert not desk.queue.deadlines


def test_each_entry_is_judged_alone(world: World) -> None:
    desk, other = Desk(world), Desk(world, "other")
    world.put(b"a")
    [mine], [theirs] = desk.receive(), other.receive()
    tampered = mine.ReceiptHandle[:-1] + ("A" if mine.ReceiptHandle[-1] != "A" else "B")
    answer = desk.acknowledge("made up", theirs, mine, tampered, "é" * 60)
    assert [each.ReceiptHandle for each in answer.Successful] == [mine.ReceiptHandle]
    assert codes(answer) == ["InvalidArgumentException"] * 4
    assert all(each.ErrorMessage for each in answer.Failed)


def test_not_with_a_dead_letters_handle(world: World) -> None:
    desk = Desk(world, receives=1)
    [dead] = desk.kill(b"a")
    assert codes(desk.acknowledge(dead)) == ["InvalidArgumentException"]


@pytest.mark.parametrize(
    "receipt", [Receipt(1, 2, 3, 4, True), Receipt(2**64 - 1, 2**32 - 1, 2**64 - 1, 2**32 - 1, False)]
)
def test_handles_are_sealed(receipt: Receipt) -> None:
    handle = seal(KEY, receipt)
    assert unseal(KEY, handle) == receipt
    assert unseal(b"j" * 32, handle) is None
    assert unseal(b"", handle) is None
    for position in range(len(handle)):
        changed = handle[:position] + ("A" if handle[position] != "A" else "B") + handle[position + 1 :]
        assert unseal(KEY, changed) is None
