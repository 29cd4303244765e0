"""A partition's log and what is known of its producers, together: what one gets, the other hears of.

Every NOTE_BYTES of a log, what is known of its producers goes into the journal as a note, once the log is on the disk
up to there. So the first use after a restart reads what comes after the note, and not the whole log.
"""

from collections import deque
from typing import TYPE_CHECKING, Final

from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka import rolling
from weirmq.services.kafka.facts import NotedProducer, ProducersNoted
from weirmq.services.kafka.model import LEADER_EPOCH, Partition
from weirmq.services.kafka.producers import KEPT, Aborted, Producers, State, Written
from weirmq.wire.kafka import batch as batches
from weirmq.wire.kafka import markers
from weirmq.wire.kafka.batch import Batch, Producer

if TYPE_CHECKING:
    from weirmq.engine.streams import Stream
    from weirmq.services.kafka.service import Kafka

READ_BYTES: Final = 1024 * 1024
NOTE_BYTES: Final = 64 * 1024 * 1024
NO_TRANSACTION: Final = -1


def producers_of(kafka: "Kafka", partition: Partition) -> Producers:
    """The producers of a partition; read from its log when they are first needed."""
    known = kafka.producers.get(partition.log)
    if known is not None:
        return known
    stream = kafka.log(partition)
    note = partition.note
    if note is not None and note.offset > stream.readable:
        note = None  # the log was cut, or another one was put in its place
    found = kafka.producers[partition.log] = Producers() if note is None else restored(note)
    if partition.clean <= stream.end:
        found.cleaned(partition.clean)
    read(found, stream, stream.start if note is None else max(note.offset, stream.start))
    return found


def read(found: Producers, stream: "Stream", offset: int) -> None:
    """Let what a log has from `offset` on be known."""
    while data := stream.read(offset, READ_BYTES):
        for base, batch in batches.heads(data):
            offset = base + batch.span
            _hear(found, base, batch)


def _hear(found: Producers, base: int, batch: Batch) -> None:
    if batch.attributes & batches.CONTROL:
        found.ended(batch.producer, base, batch.max_ms, commits=markers.commits(batch))
    elif batch.is_idempotent:
        found.wrote(batch, base, batch.max_ms)
    else:
        found.unnoted += len(batch.data)


def write(kafka: "Kafka", partition: Partition, batch: Batch, producers: Producers | None, now_ms: int) -> int:
    """Put a batch that may be written into the log. Returns its base offset. Raises NoRoom.

    `producers` may be None where nobody has asked for them yet, if the batch has no producer.
    """
    batches.own(batch.data, LEADER_EPOCH)
    stream = kafka.log(partition)
    if partition.topic.configs:
        rolling.prepare(kafka, partition, stream, batch, now_ms)
    offset = kafka.streams.place(stream, batch.data)
    if producers is not None:
        if batch.is_idempotent:
            producers.wrote(batch, offset, now_ms)
        else:
            producers.unnoted += len(batch.data)
        if producers.unnoted >= NOTE_BYTES:
            note(kafka, partition, producers, now_ms)
    return offset


def end_transaction(kafka: "Kafka", partition: Partition, producer: Producer, now_ms: int, *, commits: bool) -> int:
    """Write the marker that ends a producer's transaction in a partition. Returns where the log ends with it. Raises
    NoRoom.
    """
    producers = producers_of(kafka, partition)
    data = memoryview(markers.marker(producer.id, producer.epoch, now_ms, commits=commits))
    batches.own(data, LEADER_EPOCH)
    offset = kafka.streams.place(kafka.log(partition), data)
    producers.ended(producer, offset, now_ms, commits=commits)
    return offset + 1


def adopt(kafka: "Kafka", partition: Partition, batch: Batch, now_ms: int) -> None:
    """Put a batch or a marker of another partition's log into this one's. Raises NoRoom."""
    data = memoryview(bytearray(batch.data))
    batches.own(data, LEADER_EPOCH)
    stream = kafka.log(partition)
    if partition.topic.configs:
        rolling.prepare(kafka, partition, stream, batch, now_ms)
    producers = producers_of(kafka, partition) if batch.is_idempotent else kafka.producers.get(partition.log)
    offset = kafka.streams.place(stream, data)
    if producers is not None:
        _hear(producers, offset, batch)
        if producers.unnoted >= NOTE_BYTES:
            note(kafka, partition, producers, now_ms)


# Notes


def note(kafka: "Kafka", partition: Partition, producers: Producers, now_ms: int) -> None:
    """Record the note that was drawn before, if the log is on the disk up to there by now, and draw the next one."""
    stream = kafka.log(partition)
    if producers.drawn is not None:
        if producers.drawn.offset > stream.synced:
            return
        try:
            kafka.commit(now_ms, producers.drawn, urgent=False)  # without it, a restart reads more
        except NoRoom:
            return
    producers.drawn, producers.unnoted = drawn(partition, producers, stream.end), 0


def drawn(partition: Partition, producers: Producers, offset: int) -> ProducersNoted:
    """A note of what is known of producers below `offset`."""
    noted = [
        NotedProducer(
            number,
            each.epoch,
            each.time_ms,
            each.coordinator_epoch,
            list(each.batches),
            producers.open.get(number, NO_TRANSACTION),
        )
        for number, each in producers.states.items()
    ]
    topic = partition.topic
    return ProducersNoted(topic.cluster.number, topic.id, partition.index, offset, noted, list(producers.known_aborted))


def restored(note: ProducersNoted) -> Producers:
    """The other way round."""
    found = Producers()
    for each in note.producers:
        last = deque((Written(*batch) for batch in each.batches), maxlen=KEPT)
        found.states[each.producer] = State(each.epoch, each.time_ms, last, each.coordinator_epoch)
    opened = sorted((each.open, each.producer) for each in note.producers if each.open != NO_TRANSACTION)
    found.open = {producer: first for first, producer in opened}
    found.known_aborted = [Aborted(*each) for each in note.aborted]
    return found
