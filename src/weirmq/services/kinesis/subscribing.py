"""SubscribeToShard: a consumer has a shard's records pushed, for five minutes.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html

A consumer and a shard have one subscription at a time. From five seconds on another may take its place: the first one
is told so, and ends. Nothing of this is durable: after a restart clients subscribe again, from the continuation that
they were told last.
"""

from typing import Any, Final, cast

from weirmq.engine.flowing import OVER, Flow, Over
from weirmq.engine.service import Call
from weirmq.services.kinesis import errors, resources, sequence
from weirmq.services.kinesis.limits import RECORDS_GOT, SUBSCRIBED_AGAIN_MS, SUBSCRIBED_MS
from weirmq.services.kinesis.model import Consumer, Shard, Stream
from weirmq.services.kinesis.reading import Start, children_of, offset_of, take
from weirmq.services.kinesis.service import Kinesis, check_ready
from weirmq.wire.aws.types.kinesis import SubscribeToShardEvent, SubscribeToShardInput

EVENT_BYTES: Final = 256 * 1024  # of keys and data in an event, if it isn't a single record: what a slow reader costs
QUIET_MS: Final = 4_500  # without an event; AWS sends one every five seconds at least

Place = tuple[int, str, int]
"""A stream's number, the name of its consumer, a shard's index."""


def subscribe_to_shard(service: Kinesis, call: Call, request: SubscribeToShardInput) -> Flow:
    """The records of a shard from a position on, as they come. Raises ResourceNotFound, InvalidArgument, ResourceInUse.

    Those that end it later are ResourceNotFound, where the stream or the consumer goes, and ResourceInUse.
    """
    arn = request.ConsumerARN
    stream, consumer = resources.find(service, call, arn, "kinesis:SubscribeToShard")
    if consumer is None:
        raise errors.no_such_consumer(arn, call.caller.account)
    check_ready(stream, consumer)
    shard = service.shard(stream, request.ShardId)
    given = request.StartingPosition
    start = Start(given.Type, given.SequenceNumber, given.Timestamp)
    offset = offset_of(service, call, stream, shard, start, "SubscribeToShard")
    place = (stream.number, consumer.name, shard.index)
    before = service.subscriptions.get(place)
    if before is not None and before.consumer is not consumer:  # that one is gone, and will be told
        before = None
    if before is not None and call.now_ms - before.since_ms < SUBSCRIBED_AGAIN_MS:
        raise _in_use(stream, consumer)
    if request.DryRun:
        raise errors.dry_run()
    if before is not None:
        before.is_replaced = True
        service.machine.signal(shard.log)
    subscription = Subscription(service, stream, consumer, shard, offset, call.now_ms)
    service.subscriptions[place] = subscription
    return Flow(shard.log, call.now_ms + SUBSCRIBED_MS, subscription.attempt, subscription.next_ms, subscription.ended)


def _in_use(stream: Stream, consumer: Consumer) -> Exception:
    return errors.in_use(
        f"Another active subscription exists for this consumer: {stream.account}:{stream.name}:{consumer.name}"
    )


class Subscription:
    """A consumer's way through a shard."""

    __slots__ = (
        "_due_ms", "_has_ended", "_offset", "_service", "_shard", "_stream", "_time_ms", "consumer", "is_replaced",
        "since_ms",
    )  # fmt: skip

    def __init__(
        self, service: Kinesis, stream: Stream, consumer: Consumer, shard: Shard, offset: int, now_ms: int
    ) -> None:
        self._service = service
        self._stream = stream
        self.consumer = consumer
        self._shard = shard
        self._offset = offset  # of the next record
        self._time_ms = now_ms  # of the last one
        self._due_ms = now_ms  # an event, with records or without
        self._has_ended = False  # with the shard
        self.since_ms = now_ms
        self.is_replaced = False

    def attempt(self, now_ms: int) -> SubscribeToShardEvent | Over | None:
        """The next event, if there is one; of a closed shard the last has its children. Raises ServiceError where the
        subscription ends before its time.
        """
        service, stream, shard = self._service, self._stream, self._shard
        self._check()
        if self._has_ended:
            return OVER
        is_quiet = not shard.closed_ms and self._offset >= service.log(shard).readable
        if is_quiet and now_ms < self._due_ms:
            return None
        taken = take(service, stream, shard, self._offset, now_ms, RECORDS_GOT, EVENT_BYTES)
        if not (taken.records or taken.is_last or now_ms >= self._due_ms):
            return None
        self._offset, self._has_ended = taken.end, taken.is_last
        self._time_ms = taken.records.latest_ms or self._time_ms
        self._due_ms = now_ms + QUIET_MS
        return SubscribeToShardEvent(
            Records=cast("Any", taken.records),
            # At a shard's end there is none, whatever the model says: by that KCL knows it.
            ContinuationSequenceNumber=cast("Any", None if taken.is_last else self._continuation()),
            MillisBehindLatest=taken.behind_ms,
            ChildShards=children_of(stream, shard) if taken.is_last else None,
        )

    def _check(self) -> None:
        """Raises ServiceError where the subscription has no reason to go on."""
        stream, consumer = self._stream, self.consumer
        if self._service.machine.streams.get(stream.number) is not stream:
            raise errors.no_such_stream(stream.name, stream.account)
        if stream.consumers.get(consumer.name) is not consumer:
            raise errors.no_such_consumer(consumer.name, stream.account)
        if self.is_replaced:
            raise _in_use(stream, consumer)

    def _continuation(self) -> str:
        """The sequence number after which the next record comes: that of the last one, or the least above it."""
        return sequence.number(self._shard.base, self._offset - 1, self._time_ms)

    def next_ms(self) -> int:
        """When an event is due although no record has come."""
        return self._due_ms

    def ended(self) -> None:
        """Make place."""
        place = (self._stream.number, self.consumer.name, self._shard.index)
        if self._service.subscriptions.get(place) is self:
            del self._service.subscriptions[place]
