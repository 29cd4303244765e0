"""SQS as a state machine.

                 sent                        received
    (nothing) ---------> DELAYED ---> READY ----------> IN_FLIGHT
                  or READY at once      ^  visibility over  |
                                        +-------------------+
    any state ---> (nothing): deleted, purged, past its retention, moved to a dead-letter queue

Rules:
1. DELAYED and IN_FLIGHT end by time alone, at `visible_at_ms`; so does a message's life, and what is remembered for
deduplication.
   `advance` brings a queue up to a time; every fact and every command starts with it.
2. A fact names its messages and applies to them in whatever state they are: it was right when it was decided.
3. A message that is gone stays gone: facts about it change nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final

from weirmq.engine.holdings import Holdings
from weirmq.engine.machine import Fact
from weirmq.kernel.clock import MINUTE_MS, SECOND_MS
from weirmq.services.sqs import attributes, parts
from weirmq.services.sqs.delivery import offer, unlock
from weirmq.services.sqs.facts import (
    AttributesSet,
    MessagesDeleted,
    MessageSent,
    MessagesReceived,
    MoveTaskCancelled,
    MoveTaskEnded,
    MoveTaskMoved,
    MoveTaskStarted,
    QueueCreated,
    QueueDeleted,
    QueuePurged,
    ReceiptKeyDrawn,
    SqsFact,
    TagsSet,
    VisibilityChanged,
)
from weirmq.services.sqs.limits import DEDUPLICATION_MS, DELETED_NAME_MS, TASKS_LISTED
from weirmq.services.sqs.model import DELAYED, IN_FLIGHT, READY, Attempt, Duplicate, Lane, Message, MoveTask, Queue

EXPIRED_AT_ONCE: Final = 10_000  # messages past retention that one turn removes: about 5 ms
RELEASED_AT_ONCE: Final = 5_000  # messages of purged queues that one turn lets go of: about 2 ms
SWEEP_MS: Final = MINUTE_MS  # how often queues that nobody touches are brought up to date

Name = tuple[str, str, str]
"""Account, region, name."""


class SqsMachine:
    """All queues of all accounts and regions."""

    name: ClassVar[str] = "sqs"
    facts: ClassVar[Any] = SqsFact
    payloads: ClassVar[tuple[type[Fact], ...]] = (MessageSent,)
    parts: ClassVar[Any] = parts.SqsPart

    def __init__(self, holdings: Holdings, signal: Callable[[int], None]) -> None:
        self.holdings = holdings
        self.signal = signal
        self.receipt_key = b""
        self.queues: dict[int, Queue] = {}
        self.by_name: dict[Name, Queue] = {}
        self.by_arn: dict[str, Queue] = {}
        self.deleted_ms: dict[Name, int] = {}  # names that aren't free yet, oldest first
        self.next_queue = 1
        self.tasks: dict[str, MoveTask] = {}  # by handle, oldest first
        self.move: Callable[[MoveTask, int], Sequence[Fact]] = lambda _task, _now_ms: ()
        self._condemned: list[dict[int, Message]] = []
        self._sweep_ms = 0
        self._appliers: dict[type[Fact], Callable[[Any, int, int], None]] = {
            ReceiptKeyDrawn: self._receipt_key_drawn,
            QueueCreated: self._queue_created,
            QueueDeleted: self._queue_deleted,
            AttributesSet: self._attributes_set,
            TagsSet: self._tags_set,
            QueuePurged: self._queue_purged,
            MessageSent: self._message_sent,
            MessagesReceived: self._messages_received,
            MessagesDeleted: self._messages_deleted,
            VisibilityChanged: self._visibility_changed,
            MoveTaskStarted: self._move_task_started,
            MoveTaskMoved: self._move_task_moved,
            MoveTaskEnded: self._move_task_ended,
            MoveTaskCancelled: self._move_task_cancelled,
        }

    def apply(self, fact: Any, offset: int, now_ms: int) -> None:
        """Change the state as `fact` says."""
        self._appliers[type(fact)](fact, offset, now_ms)

    # Queues

    def _receipt_key_drawn(self, fact: ReceiptKeyDrawn, _offset: int, _now_ms: int) -> None:
        self.receipt_key = fact.key

    def _queue_created(self, fact: QueueCreated, _offset: int, now_ms: int) -> None:
        queue = Queue(fact.queue, fact.account, fact.region, fact.name, now_ms)
        queue.attributes = fact.attributes
        queue.tags = fact.tags
        queue.settings = attributes.settings_of(fact.attributes)
        self.next_queue = max(self.next_queue, fact.queue + 1)
        self.adopt(queue)
        self.deleted_ms.pop((fact.account, fact.region, fact.name), None)

    def adopt(self, queue: Queue) -> None:
        """Let a queue be found."""
        self.queues[queue.number] = queue
        self.by_name[queue.account, queue.region, queue.name] = queue
        self.by_arn[queue.arn] = queue

    def _queue_deleted(self, fact: QueueDeleted, _offset: int, now_ms: int) -> None:
        queue = self.queues.pop(fact.queue)
        name = (queue.account, queue.region, queue.name)
        del self.by_name[name], self.by_arn[queue.arn]
        for old, deleted_ms in list(self.deleted_ms.items()):
            if deleted_ms + DELETED_NAME_MS > now_ms:
                break
            del self.deleted_ms[old]
        self.deleted_ms.pop(name, None)
        self.deleted_ms[name] = now_ms
        self.tasks = {handle: task for handle, task in self.tasks.items() if task.source != fact.queue}
        self._condemned.append(queue.messages)
        queue.clear()
        self.signal(fact.queue)

    def _attributes_set(self, fact: AttributesSet, _offset: int, now_ms: int) -> None:
        queue = self.queues[fact.queue]
        self.advance(queue, now_ms)
        before = queue.settings
        queue.attributes = fact.attributes
        queue.settings = attributes.settings_of(fact.attributes)
        queue.modified_ms = now_ms
        queue.at_ms = -1  # another retention may end more now
        if before.is_fifo and before.delay_s != queue.settings.delay_s:
            self._delay_again(queue, now_ms)

    def _delay_again(self, queue: Queue, now_ms: int) -> None:
        """On a FIFO queue a new DelaySeconds holds for messages already delayed as well (SetQueueAttributes)."""
        for seq, message in queue.messages.items():
            if message.state == DELAYED:
                message.visible_at_ms = message.sent_ms + queue.settings.delay_s * SECOND_MS
                queue.deadlines.put(seq, message.visible_at_ms)
        queue.at_ms = -1
        self.advance(queue, now_ms)
        self.signal(queue.number)

    def _tags_set(self, fact: TagsSet, _offset: int, _now_ms: int) -> None:
        self.queues[fact.queue].tags = fact.tags

    def _queue_purged(self, fact: QueuePurged, _offset: int, now_ms: int) -> None:
        queue = self.queues[fact.queue]
        queue.purged_ms = now_ms
        self._condemned.append(queue.messages)
        queue.clear()

    # Messages

    def _message_sent(self, fact: MessageSent, offset: int, now_ms: int) -> None:
        queue = self.queues[fact.queue]
        self.advance(queue, now_ms)
        seq = fact.seq
        queue.next_seq = seq + 1
        lane = queue.lanes.get(fact.group)
        if lane is None:
            lane = queue.lanes[fact.group] = Lane(fact.group)
        lane.size += 1
        message = Message(offset, fact.sent_ms or now_ms, lane)
        queue.messages[seq] = message
        self.holdings.hold(offset, len(fact.body))
        if fact.sent_ms:
            queue.old.put(seq, fact.sent_ms)
            queue.at_ms = -1  # it may be past the retention of its new queue already
        if fact.visible_at_ms > now_ms:
            message.state = DELAYED
            message.visible_at_ms = fact.visible_at_ms
            queue.delayed += 1
            queue.deadlines.put(seq, fact.visible_at_ms)
        else:
            offer(queue, seq, lane)
        if fact.deduplicate_in is not None and fact.deduplication_id is not None:
            scoped = (fact.deduplicate_in, fact.deduplication_id)
            queue.deduplication[scoped] = Duplicate(seq, fact.message_id)
            queue.forget.append((now_ms + DEDUPLICATION_MS, scoped))
        self.signal(queue.number)

    def _messages_received(self, fact: MessagesReceived, _offset: int, now_ms: int) -> None:
        queue = self.queues[fact.queue]
        self.advance(queue, now_ms)
        for seq in fact.seqs:
            if (message := queue.messages.get(seq)) is None:
                continue
            if message.state != IN_FLIGHT:
                queue.delayed -= message.state == DELAYED
                queue.in_flight += 1
                message.lane.in_flight += 1
                message.state = IN_FLIGHT
            message.receive_count += 1
            message.received_ms = now_ms
            message.first_received_ms = message.first_received_ms or now_ms
            self._be_visible(queue, seq, message, fact.visible_at_ms, now_ms)
        if fact.attempt_id is not None:
            queue.attempts.pop(fact.attempt_id, None)
            queue.attempts[fact.attempt_id] = Attempt(fact.seqs, fact.visible_at_ms, now_ms + DEDUPLICATION_MS)

    def _visibility_changed(self, fact: VisibilityChanged, _offset: int, now_ms: int) -> None:
        queue = self.queues[fact.queue]
        self.advance(queue, now_ms)
        for seq in fact.seqs:
            message = queue.messages.get(seq)
            if message is not None and message.state == IN_FLIGHT:
                self._be_visible(queue, seq, message, fact.visible_at_ms, now_ms)
        if fact.attempt_id is not None and (known := queue.attempts.get(fact.attempt_id)) is not None:
            queue.attempts[fact.attempt_id] = Attempt(known.seqs, fact.visible_at_ms, known.forget_ms)

    def _be_visible(self, queue: Queue, seq: int, message: Message, visible_at_ms: int, now_ms: int) -> None:
        """A message in flight becomes visible then, or now."""
        message.visible_at_ms = visible_at_ms
        if visible_at_ms > now_ms:
            queue.deadlines.put(seq, visible_at_ms)
        else:
            queue.deadlines.drop(seq)
            self._return(queue, seq, message)
        self.signal(queue.number)

    def _return(self, queue: Queue, seq: int, message: Message) -> None:
        """A delayed message, or one in flight, is ready."""
        if message.state == IN_FLIGHT:
            queue.in_flight -= 1
            message.lane.in_flight -= 1
        else:
            queue.delayed -= 1
        message.state = READY
        offer(queue, seq, message.lane)
        unlock(queue, message.lane)

    def _messages_deleted(self, fact: MessagesDeleted, _offset: int, now_ms: int) -> None:
        queue = self.queues[fact.queue]
        self.advance(queue, now_ms)
        for seq in fact.seqs:
            if seq in queue.messages:
                self._remove(queue, seq)
        if queue.ready:
            self.signal(queue.number)  # a group may have become free, or there is room for one more in flight

    def _remove(self, queue: Queue, seq: int) -> None:
        message = queue.messages.pop(seq)
        lane = message.lane
        if message.state != READY:
            queue.deadlines.drop(seq)
            if message.state == IN_FLIGHT:
                queue.in_flight -= 1
                lane.in_flight -= 1
            else:
                queue.delayed -= 1
        lane.size -= 1
        if not lane.size:
            del queue.lanes[lane.group]
        unlock(queue, lane)
        if queue.old:
            queue.old.drop(seq)
        self.holdings.release(message.offset)

    # Time

    def advance(self, queue: Queue, now_ms: int) -> None:
        """Bring a queue up to `now_ms`: visibility and delays that ended, messages past retention, what is
        forgotten.
        """
        if now_ms == queue.at_ms:
            return
        queue.at_ms = now_ms
        deadlines, messages = queue.deadlines, queue.messages
        while (seq := deadlines.pop_due(now_ms)) is not None:
            self._return(queue, seq, messages[seq])
        self._expire(queue, now_ms - queue.settings.retention_s * SECOND_MS)
        if self.is_behind(queue, now_ms):
            queue.at_ms = -1  # the next call goes on, at the same time too
        forget = queue.forget
        while forget and forget[0][0] <= now_ms:
            queue.deduplication.pop(forget.popleft()[1], None)
        while queue.attempts:
            attempt_id = next(iter(queue.attempts))
            if queue.attempts[attempt_id].forget_ms > now_ms:
                break
            del queue.attempts[attempt_id]

    def _expire(self, queue: Queue, sent_until_ms: int) -> None:
        """Remove messages sent at `sent_until_ms` or before. Numbers grow with time, but for dead letters: `old` has
        those.
        """
        seq, messages = queue.expire_from, queue.messages
        last = min(queue.next_seq, seq + EXPIRED_AT_ONCE)
        while seq < last:
            message = messages.get(seq)
            if message is not None:
                if message.sent_ms > sent_until_ms:
                    break
                self._remove(queue, seq)
            seq += 1
        queue.expire_from = seq
        while (old := queue.old.pop_due(sent_until_ms)) is not None:
            self._remove(queue, old)

    def is_behind(self, queue: Queue, now_ms: int) -> bool:
        """Whether `advance` left messages past their retention for its next turn: none may be handed out before."""
        message = queue.messages.get(queue.expire_from)
        return message is not None and message.sent_ms <= now_ms - queue.settings.retention_s * SECOND_MS

    def next_visible_ms(self, queue: Queue) -> int | None:
        """When time alone makes a message of the queue ready next."""
        return queue.deadlines.next_ms()

    def next_due_ms(self) -> int | None:
        """When `due` has something to do: a task moves on, a purged queue is let go of, idle queues are looked
        after.
        """
        if self._condemned:
            return 0
        return min((task.next_ms for task in self.tasks.values() if task.is_active), default=self._sweep_ms)

    def due(self, now_ms: int) -> Sequence[Fact]:
        """Do that; the facts are those of the move tasks."""
        self._let_go(RELEASED_AT_ONCE)
        if now_ms >= self._sweep_ms:
            self._sweep_ms = now_ms + SWEEP_MS
            for queue in self.queues.values():
                self.advance(queue, now_ms)
        task = min((task for task in self.tasks.values() if task.is_active), key=_next_ms, default=None)
        return self.move(task, now_ms) if task is not None and task.next_ms <= now_ms else ()

    def _let_go(self, most: int) -> None:
        """Release messages of purged and deleted queues, a slice at a time: there may be millions."""
        while self._condemned and most:
            messages = self._condemned[-1]
            while messages and most:
                self.holdings.release(messages.popitem()[1].offset)
                most -= 1
            if not messages:
                self._condemned.pop()

    # Move tasks

    def _move_task_started(self, fact: MoveTaskStarted, _offset: int, now_ms: int) -> None:
        source = self.queues[fact.source]
        own = [task for task in self.tasks.values() if task.source == fact.source]
        for task in own[: 1 - TASKS_LISTED]:
            del self.tasks[task.handle]
        self.tasks[fact.handle] = MoveTask(
            fact.handle, fact.source, source.arn, fact.destination_arn, fact.rate_per_s, fact.to_move, now_ms
        )

    def _move_task_moved(self, fact: MoveTaskMoved, _offset: int, now_ms: int) -> None:
        task = self.tasks[fact.handle]
        task.moved += fact.count
        task.next_ms = now_ms + (fact.count * SECOND_MS // task.rate_per_s if task.rate_per_s else 1)

    def _move_task_ended(self, fact: MoveTaskEnded, _offset: int, _now_ms: int) -> None:
        task = self.tasks[fact.handle]
        task.status, task.reason = fact.status, fact.reason

    def _move_task_cancelled(self, fact: MoveTaskCancelled, _offset: int, now_ms: int) -> None:
        task = self.tasks[fact.handle]
        task.status, task.next_ms = "CANCELLING", now_ms

    # The journal's questions

    def holds(self, fact: MessageSent, offset: int) -> bool:
        """Whether a message is still to be read from `offset`."""
        queue = self.queues.get(fact.queue)
        message = queue.messages.get(fact.seq) if queue is not None else None
        return message is not None and message.offset == offset

    def relocate(self, fact: MessageSent, offset: int) -> None:
        """Read a message from `offset` from now on; one that is gone is not missed."""
        queue = self.queues.get(fact.queue)
        message = queue.messages.get(fact.seq) if queue is not None else None
        if message is not None:
            self.holdings.release(message.offset)
            self.holdings.hold(offset, len(fact.body))
            message.offset = offset

    def snapshot(self) -> Iterable[Any]:
        """All of it. Purged messages are let go of first, for a snapshot has no place for them."""
        while self._condemned:
            self._let_go(RELEASED_AT_ONCE)
        return parts.of(self)

    def restore(self, part: Any) -> None:
        """Take up one part."""
        parts.take_up(self, part)


def _next_ms(task: MoveTask) -> int:
    return task.next_ms
