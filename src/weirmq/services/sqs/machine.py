"""SQS as a state machine.

                 sent                        received
    (nothing) ---------> DELAYED ---> READY ----------> IN_FLIGHT
                  or READY at once      ^  visibility over  |
                                        +-------------------+
    any state ---> (nothing): deleted, purged, past its retention, moved to a dead-letter queue

Rules:
1. DELAYED and IN_FLIGHT end by time alone, at `visible_at_ms`; so does a message's life, and what is remembered for
   deduplication. `advance` brings a queue up to a time; every fact and every command starts with it.
2. A fact names its messages and applies to them in whatever state they are: it was right when it was decided.
3. A message that is gone stays gone: facts about it change nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Final

from weirmq.engine.holdings import Holdings
from weirmq.engine.machine import Fact
from weirmq.kernel.clock import MINUTE_MS, SECOND_MS
from weirmq.services.sqs import attributes, parts
from weirmq.services.sqs.debris import Debris
from weirmq.services.sqs.delivery import offer, pass_over, unlock
from weirmq.services.sqs.facts import (
    AttributesSet,
    MessageFannedOut,
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
from weirmq.services.sqs.listing import Directory
from weirmq.services.sqs.model import (
    DELAYED,
    IN_FLIGHT,
    READY,
    Attempt,
    Lane,
    Message,
    MoveTask,
    Queue,
    Redrive,
)

# What time alone brings is done a slice at a time: there may be millions of it, and none may stall the others.
EXPIRED_AT_ONCE: Final = 2_000  # messages past their retention that `advance` removes: about 3 ms
PASSED_AT_ONCE: Final = 50_000  # numbers of messages that are gone that it passes over meanwhile: about 2 ms
RETURNED_AT_ONCE: Final = 1_000  # messages whose delay or visibility timeout has ended: about 3 ms
FORGOTTEN_AT_ONCE: Final = 1_000  # deduplication ids, attempt ids: about 1 ms
RELEASED_AT_ONCE: Final = 5_000  # entries of purged queues that one turn lets go of, or some more: about 2 ms
SWEPT_AT_ONCE: Final = 1_000  # queues that one turn looks after: about 2 ms
SWEEP_MS: Final = MINUTE_MS  # how often queues that nobody touches are brought up to date

Name = tuple[str, str, str]
"""Account, region, name."""


class SqsMachine:
    """All queues of all accounts and regions."""

    name: ClassVar[str] = "sqs"
    facts: ClassVar[Any] = SqsFact
    payloads: ClassVar[tuple[type[Fact], ...]] = (MessageSent, MessageFannedOut)
    parts: ClassVar[Any] = parts.SqsPart

    def __init__(self, holdings: Holdings, signal: Callable[[int], None]) -> None:
        self.holdings = holdings
        self.signal = signal
        self.receipt_key = b""
        self.queues: dict[int, Queue] = {}
        self.by_name: dict[Name, Queue] = {}
        self.by_arn: dict[str, Queue] = {}
        self.directory = Directory()
        self._sources: dict[str, dict[int, Queue]] = {}  # queues by where their dead letters go, by number
        self.deleted_ms: dict[Name, int] = {}  # names that aren't free yet, oldest first
        self.next_queue = 1
        self.tasks: dict[str, MoveTask] = {}  # by handle, oldest first
        self.move: Callable[[MoveTask, int], Sequence[Fact]] = lambda _task, _now_ms: ()
        self.debris = Debris(holdings)
        self._sweep_ms = 0
        self._unswept: list[Queue] = []  # queues that are still to be looked after
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
            MessageFannedOut: self._message_fanned_out,
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
        self.directory.add(queue.account, queue.region, queue.name)
        self._redrive(queue, queue.settings.redrive)

    def _redrive(self, queue: Queue, after: Redrive | None, before: Redrive | None = None) -> None:
        """The dead letters of `queue` go another way now, or no longer anywhere."""
        if before is not None:
            sources = self._sources[before.dead_letter_arn]
            del sources[queue.number]
            if not sources:
                del self._sources[before.dead_letter_arn]
        if after is not None:
            self._sources.setdefault(after.dead_letter_arn, {})[queue.number] = queue

    def sources_of(self, target: Queue) -> list[Queue]:
        """The queues whose dead letters go to `target`."""
        return list(self._sources.get(target.arn, {}).values())

    def _queue_deleted(self, fact: QueueDeleted, _offset: int, now_ms: int) -> None:
        queue = self.queues.pop(fact.queue)
        name = (queue.account, queue.region, queue.name)
        del self.by_name[name], self.by_arn[queue.arn]
        self.directory.remove(*name)
        self._redrive(queue, None, queue.settings.redrive)
        for old, deleted_ms in list(islice(self.deleted_ms.items(), 2)):  # more than come, and not thousands
            if deleted_ms + DELETED_NAME_MS > now_ms:
                break
            del self.deleted_ms[old]
        self.deleted_ms.pop(name, None)
        self.deleted_ms[name] = now_ms
        self.tasks = {handle: task for handle, task in self.tasks.items() if task.source != fact.queue}
        self.debris.delete(queue)
        self.signal(fact.queue)

    def _attributes_set(self, fact: AttributesSet, _offset: int, now_ms: int) -> None:
        queue = self.queues[fact.queue]
        before, after = queue.settings, attributes.settings_of(fact.attributes)
        self.advance(queue, now_ms)
        is_delay_new = before.is_fifo and before.delay_s != after.delay_s
        while queue.at_ms != now_ms and (is_delay_new or before.retention_s < after.retention_s):
            self.advance(queue, now_ms)  # to the end: the new times must not hold for what the old ones have ended
        queue.attributes = fact.attributes
        queue.settings = after
        queue.verdicts.clear()
        queue.modified_ms = now_ms
        queue.at_ms = -1  # another retention may end more now
        self._redrive(queue, after.redrive, before.redrive)
        self.signal(queue.number)
        if is_delay_new and queue.delayed:
            queue.to_delay = range(queue.expire_from, queue.next_seq)
            self.advance(queue, now_ms)
            self._unswept.append(queue)

    def _delay_again(self, queue: Queue) -> None:
        """On a FIFO queue a new DelaySeconds holds for messages already delayed as well (SetQueueAttributes). There may
        be a million of them: until all have it, no time ends, and none is handed out.
        """
        room, last = RETURNED_AT_ONCE, -1
        for last in queue.to_delay[:PASSED_AT_ONCE]:
            message = queue.messages.get(last)
            if message is not None and message.state == DELAYED:
                message.visible_at_ms = message.sent_ms + queue.settings.delay_s * SECOND_MS
                queue.deadlines.put(last, message.visible_at_ms)
                room -= 1
                if not room:
                    break
        queue.to_delay = range(last + 1, queue.to_delay.stop)
        self.signal(queue.number)

    def _tags_set(self, fact: TagsSet, _offset: int, _now_ms: int) -> None:
        self.queues[fact.queue].tags = fact.tags

    def _queue_purged(self, fact: QueuePurged, _offset: int, now_ms: int) -> None:
        queue = self.queues[fact.queue]
        queue.purged_ms = now_ms
        self.debris.purge(queue)

    # Messages

    def _message_sent(self, fact: MessageSent, offset: int, now_ms: int) -> None:
        queue, seq = self.queues[fact.queue], fact.seq
        if now_ms != queue.at_ms:
            self.advance(queue, now_ms)
        self.holdings.hold(offset)
        self._arrive(queue, seq, offset, fact.sent_ms or now_ms, fact.group, fact.visible_at_ms, now_ms)
        if fact.sent_ms:
            queue.old.put(seq, fact.sent_ms)
            queue.at_ms = -1  # it may be past the retention of its new queue already
        if fact.deduplicate_in is not None and fact.deduplication_id is not None:
            queue.remember((fact.deduplicate_in, fact.deduplication_id), seq, fact.message_id, now_ms)

    def _message_fanned_out(self, fact: MessageFannedOut, offset: int, now_ms: int) -> None:
        shares = len(fact.seqs)
        for index, seq in enumerate(fact.seqs):
            queue = self.queues[fact.queues[index]]
            if now_ms != queue.at_ms:
                self.advance(queue, now_ms)
            settings = queue.settings
            queue.next_seq = seq + 1
            if settings.is_fifo and fact.deduplication_id is not None:
                scoped = (fact.group or "" if settings.deduplication_by_group else "", fact.deduplication_id)
                if queue.duplicate(scoped, now_ms) is not None:
                    continue
                queue.remember(scoped, seq, fact.message_id(index), now_ms)
            self.holdings.hold(offset, shares)
            visible_at_ms = now_ms + settings.delay_s * SECOND_MS if settings.delay_s else 0
            self._arrive(queue, seq, offset, now_ms, fact.group, visible_at_ms, now_ms)

    def _arrive(
        self, queue: Queue, seq: int, offset: int, sent_ms: int, group: str | None, visible_at_ms: int, now_ms: int
    ) -> None:
        """A new message stands in its queue, and in its lane."""
        queue.next_seq = seq + 1
        lane = queue.latest_lane
        if lane is None or lane.group != group:
            lane = queue.lanes.get(group)
            if lane is None:
                lane = queue.lanes[group] = Lane(group)
            queue.latest_lane = lane
        lane.size += 1
        is_delayed = visible_at_ms > now_ms
        if not is_delayed and queue.delayed and queue.settings.is_fifo:
            # It may not overtake others, whose delay is over, but was not ended yet.
            is_delayed, visible_at_ms, queue.at_ms = True, now_ms, -1
        if is_delayed:
            queue.messages.put(seq, Message(offset, sent_ms, lane, DELAYED, visible_at_ms))
            queue.delayed += 1
            queue.deadlines.put(seq, visible_at_ms)
        else:
            queue.messages.put(seq, Message(offset, sent_ms, lane))
            offer(queue, seq, lane)
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
            if queue.messages.get(seq) is not None:
                self._remove(queue, seq)
        if queue.ready:
            self.signal(queue.number)  # a group may have become free, or there is room for one more in flight

    def _remove(self, queue: Queue, seq: int) -> None:
        message = queue.messages.take(seq)
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
            queue.latest_lane = None
        pass_over(queue, seq, lane)
        if queue.noisy or queue.settings.is_fifo:
            unlock(queue, lane)
        if queue.old:
            queue.old.drop(seq)
        self.holdings.release(message.offset)

    # Time

    def advance(self, queue: Queue, now_ms: int) -> None:
        """Bring a queue up to `now_ms`: visibility and delays that ended, messages past retention, what is forgotten.

        Where there is more of it than one call does, `queue.at_ms` stays -1, and the next call goes on.
        """
        if now_ms == queue.at_ms:
            return
        if queue.to_delay:
            self._delay_again(queue)
        rest = not queue.to_delay and bool(queue.deadlines) and self._return_due(queue, now_ms)
        is_left = self._expire(queue, now_ms - queue.settings.retention_s * SECOND_MS)
        queue.is_behind = is_left or bool(queue.to_delay)
        if queue.forget or queue.attempts:
            queue.forget_until(now_ms, FORGOTTEN_AT_ONCE)
        queue.at_ms = -1 if rest or queue.is_behind else now_ms

    def _return_due(self, queue: Queue, now_ms: int) -> bool:
        """Let messages be ready whose time has come; returns whether there may be more."""
        for _ in range(RETURNED_AT_ONCE):
            seq = queue.deadlines.pop_due(now_ms)
            if seq is None:
                return False
            self._return(queue, seq, queue.messages[seq])
        return True

    def _expire(self, queue: Queue, sent_until_ms: int) -> bool:
        """Remove messages sent at `sent_until_ms` or before; returns whether there may be more. Numbers grow with time,
        but for dead letters: `old` has those.
        """
        seq, messages, room = queue.expire_from, queue.messages, EXPIRED_AT_ONCE
        end = queue.next_seq
        last = min(end, seq + PASSED_AT_ONCE)
        while seq < last and room:
            message = messages.get(seq)
            if message is not None:
                if message.sent_ms > sent_until_ms:
                    end = seq
                    break
                self._remove(queue, seq)
                room -= 1
            seq += 1
        queue.expire_from = seq
        old = queue.old
        while old and room:
            oldest = old.pop_due(sent_until_ms)
            if oldest is None:
                return seq < end
            self._remove(queue, oldest)
            room -= 1
        return seq < end or not room

    def next_visible_ms(self, queue: Queue) -> int | None:
        """When time alone makes a message of the queue ready next: its own, or the end of one that locks its group."""
        next_ms = queue.deadlines.next_ms()
        if next_ms is None or not (queue.in_flight and queue.settings.is_fifo):
            return next_ms
        oldest = queue.messages[next(iter(queue.messages))]
        return min(next_ms, oldest.sent_ms + queue.settings.retention_s * SECOND_MS)

    def next_due_ms(self) -> int | None:
        """When `due` has something to do: a task moves on, a purged queue is let go of, idle queues are looked
        after.
        """
        if self.debris or self._unswept:
            return 0
        return min((task.next_ms for task in self.tasks.values() if task.is_active), default=self._sweep_ms)

    def due(self, now_ms: int) -> Sequence[Fact]:
        """Do that; the facts are those of the move tasks."""
        self.debris.let_go(RELEASED_AT_ONCE)
        if now_ms >= self._sweep_ms:
            self._sweep_ms = now_ms + SWEEP_MS
            self._unswept = list(self.queues.values())
        self._sweep(now_ms, SWEPT_AT_ONCE)
        task = min((task for task in self.tasks.values() if task.is_active), key=_next_ms, default=None)
        return self.move(task, now_ms) if task is not None and task.next_ms <= now_ms else ()

    def _sweep(self, now_ms: int, most: int) -> None:
        """Bring up to `most` queues that nobody may have touched up to `now_ms`."""
        unswept = self._unswept
        while unswept and most:
            self.advance(unswept[-1], now_ms)
            if unswept[-1].at_ms != now_ms:  # there was more than a slice: that is enough for one turn
                return
            unswept.pop()
            most -= 1

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

    def holds(self, fact: MessageSent | MessageFannedOut, offset: int) -> bool:
        """Whether a message is still to be read from `offset`."""
        return any(message.offset == offset for message in self._messages_of(fact))

    def relocate(self, fact: MessageSent | MessageFannedOut, offset: int) -> None:
        """Read a payload's messages from `offset` from now on; those that are gone are not missed."""
        messages = list(self._messages_of(fact))
        for message in messages:
            self.holdings.release(message.offset)
            self.holdings.hold(offset, len(messages))
            message.offset = offset

    def _messages_of(self, fact: MessageSent | MessageFannedOut) -> Iterator[Message]:
        """Those of a payload's messages that are still there."""
        places = [(fact.queue, fact.seq)] if isinstance(fact, MessageSent) else zip(fact.queues, fact.seqs, strict=True)
        for number, seq in places:
            queue = self.queues.get(number)
            if queue is not None and (message := queue.messages.get(seq)) is not None:
                yield message

    def snapshot(self) -> Iterable[Any]:
        """All of it. Purged messages are let go of first, and a new delay is brought to its end, for a snapshot has no
        place for what is half done.
        """
        while self.debris.messages:
            self.debris.let_go(RELEASED_AT_ONCE)
        for queue in self.queues.values():
            while queue.to_delay:
                self._delay_again(queue)
        return parts.of(self)

    def restore(self, part: Any) -> None:
        """Take up one part."""
        parts.take_up(self, part)


def _next_ms(task: MoveTask) -> int:
    return task.next_ms
