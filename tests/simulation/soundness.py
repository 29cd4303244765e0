"""Whether a state hangs together: everything that is counted, counted again."""

from collections import Counter

from tests.simulation.life import Life
from weirmq.engine import holdings
from weirmq.services.sqs.model import DELAYED, IN_FLIGHT, READY, Queue


def check_sound(life: Life, now_ms: int) -> None:
    """Queues, lanes and Holdings agree with the messages that are there."""
    for queue in life.machine.queues.values():
        life.machine.advance(queue, now_ms)
        _check_queue(queue, now_ms)
    held = Counter(
        message.offset >> holdings.BLOCK_BITS
        for messages in (*(queue.messages for queue in life.machine.queues.values()), *life.machine.debris.messages)
        for message in messages.values()
    )
    counted = {index: block.held for index, block in life.holdings.blocks.items() if block.held}
    assert counted == dict(held), "Holdings don't count what is held"


def _check_queue(queue: Queue, now_ms: int) -> None:
    states = Counter(message.state for message in queue.messages.values())
    assert (queue.ready, queue.in_flight, queue.delayed) == (states[READY], states[IN_FLIGHT], states[DELAYED])
    for message in queue.messages.values():
        assert message.state == READY or message.visible_at_ms > now_ms, "a message is invisible for too long"
    sizes = Counter(message.lane.group for message in queue.messages.values())
    flying = Counter(message.lane.group for message in queue.messages.values() if message.state == IN_FLIGHT)
    assert {group: lane.size for group, lane in queue.lanes.items()} == dict(sizes)
    assert {group: lane.in_flight for group, lane in queue.lanes.items() if lane.in_flight} == dict(flying)
    for message in queue.messages.values():
        assert queue.lanes[message.lane.group] is message.lane


def check_same(before: Life, after: Life, now_ms: int) -> None:
    """What was replayed is what was there."""
    for life in (before, after):
        for queue in life.machine.queues.values():
            life.machine.advance(queue, now_ms)
    assert list(after.machine.snapshot()) == list(before.machine.snapshot())
    start = after.journal.log.start
    blocks = [
        {
            index: block
            for index, block in life.holdings.blocks.items()
            if block.held or index << holdings.BLOCK_BITS >= start
        }
        for life in (before, after)
    ]
    assert blocks[1] == blocks[0]
