"""Who gets what next: the order in which the messages of a queue are handed out.

Each lane (a message group, or all messages without one) has its messages in a row, the oldest first, and those that
came back in a heap; the queue has its lanes in a heap by their oldest message. So the next message costs O(log n) at
most, whatever the number of groups and messages.

Standard queues: the oldest message first, but lanes that are *noisy* wait until the others have nothing (fair queues).
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html

FIFO queues: a lane with a message in flight is locked, and stands in no heap until the last of them is back or deleted.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html

Numbers that linger in a row or a heap after their message was deleted or received elsewhere are passed over when they
come up.

A row that has become long is put away as an array, and another one begun. In one list of all, a million numbers would
hold everybody up for 20 ms each time that they are moved up, or that the garbage collector looks through them.
"""

from array import array
from heapq import heappop, heappush
from typing import Final

from weirmq.services.sqs.model import READY, Lane, Queue

NOISY_IN_FLIGHT: Final = 30  # fewer messages in flight never make a group noisy
NOISY_SHARE: Final = 10  # percent of the queue's messages in flight that make it so
NOISY_LENGTH: Final = 1_000  # entries among the noisy, most of them leftovers: to tidy them takes 0.3 ms
ROW_LENGTH: Final = 4096
_SLACK: Final = 64  # so few leftovers are never worth the trouble
_TIDIED_AT_ONCE: Final = 4  # entries: more than one, so that it ends


def offer(queue: Queue, seq: int, lane: Lane) -> None:
    """Message `seq` of `lane` is ready."""
    row, queued = lane.row, lane.queued
    if not row or seq > row[-1]:
        row.append(seq)
        if len(row) > ROW_LENGTH:
            _put_away(lane)
    else:
        heappush(lane.back, seq)
    if (queued == -1 or seq < queued) and not (lane.in_flight and queue.settings.is_fifo):
        _enqueue(queue, seq, lane)


def unlock(queue: Queue, lane: Lane) -> None:
    """A message of `lane` is no longer in flight, or gone: the lane may have become free, or less noisy."""
    if queue.settings.is_fifo:
        if not lane.in_flight and lane.queued == -1:
            _requeue(queue, lane)
    elif queue.noisy and lane.queued != -1 and not is_noisy(queue, lane):
        _enqueue(queue, lane.queued, lane)


def pass_over(queue: Queue, seq: int, lane: Lane) -> None:
    """Message `seq` of `lane` is gone: the lane may not stand by it any more."""
    if lane.queued == seq:
        _requeue(queue, lane)


def stand(queue: Queue, lane: Lane) -> None:
    """Let a lane whose row was filled in one go stand in the order, if it may."""
    if len(lane.row) > ROW_LENGTH:
        _put_away(lane)
    if lane.in_flight and queue.settings.is_fifo:
        lane.queued = -1
    else:
        _requeue(queue, lane)


def take(queue: Queue, most: int) -> list[int]:
    """Up to `most` messages to hand out next, taken out of their lanes. `give_back` undoes it."""
    taken: list[int] = []
    while len(taken) < most and (lane := _next_lane(queue)) is not None:
        if queue.settings.is_fifo:
            while len(taken) < most and (seq := _head(queue, lane)) is not None:
                taken.append(seq)
                _drop(lane, seq)
            lane.queued = -1  # locked by what was taken
        else:
            taken.append(lane.queued)
            _drop(lane, lane.queued)
            _requeue(queue, lane)
    return taken


def give_back(queue: Queue, seqs: list[int]) -> None:
    """Messages taken are not handed out after all."""
    for seq in seqs:
        if (message := queue.messages.get(seq)) is not None and message.state == READY:
            offer(queue, seq, message.lane)


def is_noisy(queue: Queue, lane: Lane) -> bool:
    """Whether the lane's group takes more than its share. Messages without a group are tenants of their own: never."""
    return (
        lane.group is not None
        and lane.in_flight >= NOISY_IN_FLIGHT
        and lane.in_flight * 100 > queue.in_flight * NOISY_SHARE
    )


def _next_lane(queue: Queue) -> Lane | None:
    """The lane whose turn it is, with a ready message at its head."""
    lane = _first_in_order(queue)
    while lane is not None and not queue.settings.is_fifo and is_noisy(queue, lane):
        is_late = bool(queue.late) and queue.late[0] == lane.queued
        heappush(queue.noisy, heappop(queue.late if is_late else queue.order))
        if len(queue.noisy) > NOISY_LENGTH:
            _tidy_noisy(queue)
        lane = _first_in_order(queue)
    return lane if lane is not None else _first(queue, queue.noisy)


def _first_in_order(queue: Queue) -> Lane | None:
    late = _first(queue, queue.late) if queue.late else None
    lane = _first(queue, queue.order)  # behind the other, which may have put a lane in here
    return late if late is not None and (lane is None or late.queued < lane.queued) else lane


def _first(queue: Queue, heap: list[int]) -> Lane | None:
    """The lane at the top of `heap`, once what lingers there is gone."""
    while heap:
        seq = heap[0]
        message = queue.messages.get(seq)
        if message is None or message.lane.queued != seq:
            heappop(heap)
            continue
        lane = message.lane
        if lane.in_flight and queue.settings.is_fifo:  # locked meanwhile; `unlock` puts it back
            heappop(heap)
            lane.queued = -1
        elif (head := _head(queue, lane)) == seq:
            return lane
        else:
            heappop(heap)
            lane.queued = -1
            if head is not None:  # back into the same heap: the caller is looking at this one
                lane.queued = head
                heappush(queue.order if heap is queue.late else heap, head)
    return None


def _put_away(lane: Lane) -> None:
    """Begin a new row with the newest number."""
    full = lane.row
    lane.row = [full.pop()]
    if not lane.full_rows:
        del full[: lane.first]
        lane.first = 0
    if full:
        lane.full_rows += (array("q", full),)


def _drop(lane: Lane, seq: int) -> None:
    """Take the lane's head `seq` out, and any second entry of the same message: replay leaves such."""
    full_rows, row, back = lane.full_rows, lane.row, lane.back
    if full_rows:
        if full_rows[0][lane.first] == seq:
            lane.first += 1
            if lane.first == len(full_rows[0]):
                lane.full_rows, lane.first = full_rows[1:], 0
    elif lane.first < len(row) and row[lane.first] == seq:
        lane.first += 1
        if lane.first > _SLACK and 2 * lane.first > len(row):
            del row[: lane.first]
            lane.first = 0
    while back and back[0] == seq:
        heappop(back)


def _requeue(queue: Queue, lane: Lane) -> None:
    head = _head(queue, lane)
    lane.queued = -1
    if head is not None:
        _enqueue(queue, head, lane)


def _enqueue(queue: Queue, seq: int, lane: Lane) -> None:
    """Let the lane stand in the order by `seq`; an older entry of its no longer counts."""
    lane.queued = seq
    heappush(queue.order, seq)
    if queue.late or len(queue.order) > 2 * len(queue.lanes) + _SLACK:
        _tidy(queue)


def _tidy(queue: Queue) -> None:
    """Move some entries to a new order, each lane's once, and leave the leftovers behind.

    From the end: the rest stays a heap. To do all of 100,000 lanes in one go would take 100 ms.
    """
    if not queue.late:
        queue.late, queue.order = queue.order, []
        queue.tidied += 1
    late = queue.late
    for _ in range(min(_TIDIED_AT_ONCE, len(late))):
        seq = late.pop()
        message = queue.messages.get(seq)
        if message is not None and (lane := message.lane).queued == seq and lane.tidied != queue.tidied:
            lane.tidied = queue.tidied
            heappush(queue.order, seq)


def _tidy_noisy(queue: Queue) -> None:
    """Let those stand with the others again that are no longer noisy, and leave the leftovers behind. No more than ten
    lanes can be noisy at a time.
    """
    entries, queue.noisy = sorted(set(queue.noisy)), []
    for seq in entries:
        message = queue.messages.get(seq)
        if message is not None and message.lane.queued == seq:
            heappush(queue.noisy if is_noisy(queue, message.lane) else queue.order, seq)


def _head(queue: Queue, lane: Lane) -> int | None:
    """The lane's oldest ready message; numbers of others are dropped on the way."""
    back, messages = lane.back, queue.messages
    while (is_row := lane.first < len(row := lane.full_rows[0] if lane.full_rows else lane.row)) or back:
        seq = row[lane.first] if is_row and not (back and back[0] < row[lane.first]) else back[0]
        message = messages.get(seq)
        if message is not None and message.state == READY:
            return seq
        _drop(lane, seq)
    return None
