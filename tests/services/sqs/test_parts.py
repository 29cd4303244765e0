import json

import pytest

from tests.services.sqs.kit import bodies, delete, hide, reborn, receive, send, send_all, text
from tests.services.sqs.world import World, arn
from weirmq.services.sqs import parts


def state(world: World, name: str = "orders") -> dict[str, object]:
    """Everything of a queue that counts."""
    queue = world.queue(name)
    return {
        "messages": {
            seq: (
                m.offset, m.sent_ms, m.lane.group, m.state, m.visible_at_ms if m.state != 1 else 0, m.receive_count,
                m.first_received_ms, m.received_ms,
            )
            for seq, m in queue.messages.items()
        },
        "lanes": {group: (lane.size, lane.in_flight) for group, lane in queue.lanes.items()},
        "counts": (queue.ready, queue.delayed, queue.in_flight, queue.next_seq),
        "kept": (queue.attributes, queue.tags, queue.created_ms, queue.modified_ms, queue.purged_ms, queue.attempts),
        "deduplication": (queue.deduplication, list(queue.forget)),
        "old": len(queue.old),
        "key": world.sqs.receipt_key,
        "held": sum(block.held for block in world.journal.holdings.blocks.values()),
    }  # fmt: skip


@pytest.fixture(params=[10_000, 3])
def rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(parts, "ROWS", request.param)
    return int(request.param)


def test_a_standard_queue(world: World, rows: int) -> None:
    url = world.create(tags={"team": "a"}, VisibilityTimeout="60")
    for n in range(20):
        send(world, url, str(n), MessageGroupId=f"g{n % 3}" if n % 4 else None, MessageAttributes={"n": text(str(n))})
    send(world, url, "delayed", DelaySeconds=90)
    found = receive(world, url, 6)
    delete(world, url, found[0])
    hide(world, url, found[1], 0)
    other = reborn(world)
    assert state(other) == state(world)
    delete(other, url, found[2])
    delete(world, url, found[2])
    for _ in range(3):
        ours, theirs = receive(world, url, 7), receive(other, url, 7)
        assert bodies(ours) == bodies(theirs)
    world.clock.advance(seconds=90)
    assert bodies(receive(world, url)) == bodies(receive(other, url))
    assert state(world)["counts"] == state(other)["counts"]


def test_a_fifo_queue(world: World, rows: int) -> None:
    url = world.create("orders.fifo", FifoQueue="true")
    for n in range(12):
        send_all(world, url, str(n), group=f"g{n % 2}")
    found = receive(world, url, 4, ReceiveRequestAttemptId="try")
    other = reborn(world)
    assert state(other, "orders.fifo") == state(world, "orders.fifo")
    send_all(other, url, "3", group="g1")  # a duplicate
    again = receive(other, url, 4, ReceiveRequestAttemptId="try")
    assert bodies(again) == bodies(found)
    assert bodies(receive(other, url)) == ["1", "3", "5", "7", "9", "11"]
    assert receive(other, url) == []
    for message in again:
        delete(other, url, message)
    assert bodies(receive(other, url)) == ["8", "10"]


def test_dead_letters_keep_their_age(world: World, rows: int) -> None:
    dead = world.create("dead", MessageRetentionPeriod="120")
    policy = json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1})
    url = world.create(RedrivePolicy=policy)
    send_all(world, url, "a", "b")
    receive(world, url, VisibilityTimeout=0)
    world.clock.advance(seconds=30)
    send_all(world, dead, "own")
    receive(world, url)
    other = reborn(world)
    assert state(other, "dead") == state(world, "dead")
    world.clock.advance(seconds=90)
    assert bodies(receive(other, dead)) == ["own"]


def test_purged_messages_and_deleted_names(world: World) -> None:
    url, gone = world.create(), world.create("gone")
    send_all(world, url, "a")
    send_all(world, gone, "a")
    world.ask("PurgeQueue", QueueUrl=url)
    world.ask("DeleteQueue", QueueUrl=gone)
    send_all(world, url, "b")
    other = reborn(world)
    assert state(other) == state(world)
    assert other.sqs.machine.deleted_ms == world.sqs.machine.deleted_ms
    assert other.sqs.machine.next_queue == world.sqs.machine.next_queue
    assert other.bodies(url) == ["b"]


def test_replay_gives_the_same_state(world: World) -> None:
    url = world.create("orders.fifo", FifoQueue="true", DelaySeconds="1")
    for n in range(12):
        send_all(world, url, str(n), group=f"g{n % 3}")
    world.clock.advance(seconds=1)
    found = receive(world, url, 5)
    delete(world, url, found[0])
    hide(world, url, found[1], 0)
    other = world.restarted()
    world.sqs.machine.advance(world.queue("orders.fifo"), world.clock.now_ms())
    assert state(other, "orders.fifo") == state(world, "orders.fifo")
    for message in found[2:]:
        delete(other, url, message)
        delete(world, url, message)
    assert other.bodies(url) == world.bodies(url)
