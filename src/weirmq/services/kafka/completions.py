"""Transactions on their way to the end, and what else waits for the journal on behalf of one.

prepare -> (it is durable) -> markers into the partitions' logs -> (they are durable) -> completed

What is done here is done by waits (engine/waiting.py): what becomes durable only signals, so that nothing happens in
the middle of another request. After a restart whatever is prepared starts again from there.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from weirmq.engine.streams import Stream
from weirmq.engine.waiting import Wait
from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka import facts
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.coordinator import bumps_epoch, key_of
from weirmq.services.kafka.partition_logs import end_transaction
from weirmq.services.kafka.transactional import NO_EPOCH, NO_PRODUCER, ONGOING, Key, Transactional
from weirmq.wire.kafka.batch import Producer

if TYPE_CHECKING:
    from weirmq.engine.waiting import Waiting
    from weirmq.services.kafka.service import Kafka

FOREVER_MS: Final = 2**62
RETRY_MS: Final = 50  # where a disk had no room for markers

Done = Callable[[], None]


class Completions:
    """All of a service."""

    def __init__(self, kafka: "Kafka", waiting: "Waiting") -> None:
        self._kafka = kafka
        self._waiting = waiting
        self._under_way: set[Key] = set()
        self._waited_for: dict[Key, int] = {}  # how many batches of a transaction wait
        self._tried_ms = 0

    # Batches that wait

    def wait(self, key: Key, attempt: Callable[[int], Any], ask: Ask) -> None:
        """Attempt to answer when the journal is durable up to here, after all that waits for the same transaction."""
        self._waited_for[key] = self._waited_for.get(key, 0) + 1
        self._wait(("kafka batch", key), attempt, partial(self._waited, key, ask))

    def is_waited_for(self, key: Key) -> bool:
        """Whether batches of this transaction wait."""
        return key in self._waited_for

    def _waited(self, key: Key, ask: Ask, answer: Any) -> None:
        self._waited_for[key] -= 1
        if not self._waited_for[key]:
            del self._waited_for[key]
        if answer is None or isinstance(answer, Exception):
            ask.connection.close()
        else:
            ask.answer(answer)

    def _wait(self, key: tuple[str, Key], attempt: Callable[[int], Any], done: Callable[[Any], None]) -> None:
        self._waiting.add(Wait(key, FOREVER_MS, attempt, _never, None), done)
        self._kafka.journal.hold(self._waiting.signal, key)

    # Ends

    def end(self, found: Transactional, now_ms: int, *, commits: bool, version: int, done: Done) -> None:
        """End a transaction as its producer wants it; `done` is called when it is complete. Raises NoRoom."""
        epoch, last = found.epoch, (found.last_producer, found.last_epoch)
        next_producer = NO_PRODUCER
        if bumps_epoch(version):
            epoch, last = epoch + 1, (found.producer, epoch)
            if found.is_used_up:
                next_producer = self._kafka.new_producer(now_ms)
        fact = facts.TransactionPrepared(found.cluster, found.id, commits, epoch, *last, next_producer, version)
        self._kafka.commit(now_ms, fact)
        self._complete(found, done)

    def fence(self, found: Transactional, now_ms: int) -> None:
        """Abort a transaction against its producer, which can't go on. Raises NoRoom."""
        last = (NO_PRODUCER, NO_EPOCH)
        fact = facts.TransactionPrepared(
            found.cluster, found.id, False, found.epoch + 1, *last, NO_PRODUCER, found.version
        )
        self._kafka.commit(now_ms, fact)
        self._complete(found, _nobody)

    def _complete(self, found: Transactional, done: Done) -> None:
        self._under_way.add(found.key)
        key = ("kafka completion", found.key)
        completion = _Completion(self._kafka, found, partial(self._waiting.signal, key))
        self._wait(key, completion.attempt, partial(self._completed, found.key, done))

    def _completed(self, key: Key, done: Done, answer: Any) -> None:
        """It is complete, or (no room, or the server stops) it isn't: then it is tried again."""
        self._under_way.discard(key)
        if answer is True:
            done()

    # Time

    def next_ms(self) -> int | None:
        """When `expire` wants to be called."""
        coordinator = self._kafka.machine.coordinator
        if len(coordinator.prepared) > len(self._under_way):
            return self._tried_ms + RETRY_MS
        return coordinator.due.next_ms()

    def expire(self, now_ms: int) -> None:
        """Abort what takes too long, forget what isn't used, go on with what is prepared. Raises NoRoom."""
        coordinator = self._kafka.machine.coordinator
        while (due := coordinator.due.pop_due(now_ms)) is not None:
            try:
                self._expire(coordinator.ids[key_of(due)], now_ms)
            except NoRoom:
                coordinator.due.put(due, now_ms)
                raise
        if len(coordinator.prepared) > len(self._under_way) and now_ms >= self._tried_ms + RETRY_MS:
            self._tried_ms = now_ms
            for key, found in list(coordinator.prepared.items()):
                if key not in self._under_way:
                    self._complete(found, _nobody)

    def _expire(self, found: Transactional, now_ms: int) -> None:
        if found.state == ONGOING:
            self.fence(found, now_ms)
        else:
            self._kafka.commit(now_ms, facts.TransactionalForgotten(found.cluster, found.id))


class _Completion:
    """One transaction that is prepared."""

    def __init__(self, kafka: "Kafka", found: Transactional, signal: Done) -> None:
        self._kafka = kafka
        self._found = found
        self._signal = signal
        self._ends: list[tuple[Stream, int]] | None = None  # up to where logs must be durable

    def attempt(self, now_ms: int) -> bool | None:
        """Do the next step, if it may be done; True for the last one. Raises NoRoom."""
        kafka, found = self._kafka, self._found
        if found.key not in kafka.machine.coordinator.ids:
            return False  # its cluster was removed
        if self._ends is None:
            if found.prepared_at >= kafka.journal.durable:
                return None
            self._ends = self._write_markers(now_ms)
            kafka.streams.hold(lambda _: self._signal(), None)
        if any(stream.readable < end for stream, end in self._ends):
            return None
        # Nobody need wait for this fact: without it, what is prepared is completed again.
        kafka.commit(now_ms, facts.TransactionCompleted(found.cluster, found.id), urgent=False)
        return True

    def _write_markers(self, now_ms: int) -> list[tuple[Stream, int]]:
        kafka, found = self._kafka, self._found
        producer = Producer(found.producer, found.epoch, -1, -1)
        topics = kafka.machine.clusters[found.cluster].by_id
        ends = []
        for topic_id, index in found.partitions:
            if (topic := topics.get(topic_id)) is not None:
                partition = topic.partitions[index]
                end = end_transaction(kafka, partition, producer, now_ms, commits=found.commits)
                ends.append((kafka.log(partition), end))
        return ends


def _never() -> None:
    """Time alone brings nothing."""


def _nobody() -> None:
    """Whom nobody waits for."""
