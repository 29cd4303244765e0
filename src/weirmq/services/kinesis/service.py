"""The service: its machine, the streams of the engine, and what every operation needs."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from weirmq.engine.flowing import Flowing
from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact
from weirmq.engine.service import Call, Operation
from weirmq.engine.streams import Stream as Log
from weirmq.engine.streams import Streams
from weirmq.engine.waiting import Waiting
from weirmq.iam import authorize
from weirmq.kernel.errors import LogDamaged
from weirmq.kernel.ids import Entropy
from weirmq.services.kinesis import errors, facts, tokens
from weirmq.services.kinesis.changing import Changer
from weirmq.services.kinesis.facts import KinesisFact
from weirmq.services.kinesis.limits import TOKEN_MS
from weirmq.services.kinesis.machine import KinesisMachine
from weirmq.services.kinesis.model import Consumer, Shard, Status, Stream
from weirmq.services.kinesis.queues.facts import QueueRewound
from weirmq.services.kinesis.rendered import Rendered
from weirmq.services.kinesis.scaling import Scaler
from weirmq.services.kinesis.sweeping import Sweeper, cutoff

if TYPE_CHECKING:
    from weirmq.services.kinesis.subscribing import Place, Subscription

KEY_BYTES: Final = 32

_SHARD_ID: Final = re.compile(r"shardId-([0-9]{1,12})")


class Kinesis:
    """Kinesis Data Streams. With `is_strict`, states last as long as AWS's, and AWS's rates are enforced."""

    name = "kinesis"
    unsigned: frozenset[str] = frozenset()

    def __init__(
        self,
        journal: Journal,
        streams: Streams,
        flowing: Flowing,
        waiting: Waiting,
        entropy: Entropy,
        *,
        is_strict: bool = False,
    ) -> None:
        self.journal = journal
        self.streams = streams
        self.entropy = entropy
        self.is_strict = is_strict
        self.machine = KinesisMachine()
        self.machine.signal = flowing.signal
        self.machine.queues.signal = waiting.signal
        self.rendered = Rendered()
        streams.readers.append(self._readable)
        self.subscriptions: dict[Place, Subscription] = {}
        self.sweeper = self.machine.sweeper = Sweeper(self)
        self.machine.scaler = Scaler(self)
        self.machine.changer = Changer(self)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of the model. (Their modules name this class, so they are imported when it stands.)"""
        from weirmq.services.kinesis.api import OPERATIONS
        from weirmq.services.kinesis.throttling import throttled

        return throttled(OPERATIONS) if self.is_strict else OPERATIONS

    def commit(self, now_ms: int, *found: Fact, urgent: bool = True) -> None:
        """Record facts and let them take effect. Nobody waits for those that aren't `urgent`."""
        self.journal.commit(self.machine, found, now_ms, urgent=urgent)

    def change(
        self,
        now_ms: int,
        stream: Stream,
        takes_ms: int,
        *found: KinesisFact,
        status: Status = "UPDATING",
        consumer: str = "",
    ) -> None:
        """Let facts take effect at once or, where states last, when `takes_ms` are over; until then the stream or its
        consumer is in `status`.
        """
        self.commit(now_ms, *self.changed(now_ms, stream.number, takes_ms, *found, status=status, consumer=consumer))

    def changed(
        self,
        now_ms: int,
        number: int,
        takes_ms: int,
        *found: KinesisFact,
        status: Status = "UPDATING",
        consumer: str = "",
    ) -> Sequence[Fact]:
        """What is to be recorded for that."""
        if not self.is_strict:
            return found
        return (facts.ChangeBegun(number, status, now_ms + takes_ms, list(found), consumer),)

    # Streams and shards

    def find(self, call: Call, name: str | None, arn: str | None, action: str) -> Stream:
        """The stream of that name, or ARN, or both. Raises InvalidArgument, ResourceNotFound, AccessDenied."""
        machine = self.machine
        if arn is None:
            if name is None:
                raise errors.invalid("Either StreamName or StreamARN must be specified.")
            stream = machine.by_name.get((call.caller.account, call.region, name))
        else:
            stream = machine.by_arn.get(arn)
            if name is not None and not arn.endswith(f":stream/{name}"):
                raise errors.invalid("StreamName and StreamARN must name the same stream.")
        if stream is None:
            raise self._missing(call, name, arn, action)
        authorize(call, action, stream.arn, stream.policy)
        return stream

    def find_active(self, call: Call, name: str | None, arn: str | None, action: str) -> Stream:
        """The same, for a change: ResourceInUse while another is under way."""
        stream = self.find(call, name, arn, action)
        check_active(stream)
        return stream

    def authorize(self, call: Call, action: str, stream: Stream) -> None:
        """Raises AccessDenied."""
        authorize(call, action, stream.arn, stream.policy)

    def _missing(self, call: Call, name: str | None, arn: str | None, action: str) -> Exception:
        """What is said of a stream that isn't there; only to those who might have used it."""
        account = call.caller.account
        if arn is not None:
            authorize(call, action, arn)
            account, name = arn.split(":")[4], arn.rpartition("/")[2]
        return errors.no_such_stream(str(name), account)

    def shard(self, stream: Stream, shard_id: str) -> Shard:
        """The shard of that id, which may leave out the zeros. Raises ResourceNotFound."""
        match = _SHARD_ID.fullmatch(shard_id)
        shard = stream.shards.get(int(match[1])) if match else None
        if shard is None:
            raise errors.no_such_shard(shard_id, stream.name, stream.account)
        return shard

    def log(self, shard: Shard) -> Log:
        """The records of a shard."""
        return self.streams.stream(shard.log)

    def horizon(self, stream: Stream, log: Log, now_ms: int) -> int:
        """The offset of a shard's oldest record that is within its retention."""
        return log.horizon(cutoff(stream, now_ms))

    # Readers that wait

    def _readable(self, log: str) -> None:
        """Readers may see more of a log: subscriptions to it, and the queues on its stream."""
        self.machine.signal(log)
        by_group = self.machine.queues.by_group
        if by_group:
            group, _, shard = log.partition("/")
            queues = by_group.get(group)
            if queues is not None:
                self.machine.queues.stir(queues.values(), int(shard.partition("-")[0]))

    def rewind(self) -> None:
        """After a start: where a power cut took records that weren't synced, but that queues know of, what comes in
        their place must be new to the queues. Raises NoRoom, LogFailed.
        """
        for queue in self.machine.queues.by_number.values():
            for index, cursor in queue.cursors.items():
                with suppress(LogDamaged):  # told when the log is needed
                    end = self.log(queue.stream.shards[index]).end if cursor.position else 0
                    if end < cursor.position:
                        self.commit(self.journal.latest_ms, QueueRewound(queue.number, index, end))

    # Tokens

    def draw_key(self, now_ms: int) -> None:
        """Draw the key of this data folder's iterators and tokens, if there is none."""
        if not self.machine.key:
            self.commit(now_ms, facts.KeyDrawn(self.entropy.take(KEY_BYTES)))

    def token(self, kind: str, now_ms: int, *values: Any) -> str:
        """A NextToken."""
        self.draw_key(now_ms)
        return tokens.seal_token(self.machine.key, kind, now_ms, *values)

    def read_token(self, kind: str, text: str, now_ms: int) -> list[Any]:
        """What stands in a NextToken. Raises InvalidArgument, ExpiredNextToken."""
        found = tokens.unseal_token(self.machine.key, kind, text)
        if found is None:
            raise errors.bad_token()
        made_ms, values = found
        if now_ms - made_ms > TOKEN_MS:
            raise errors.expired_token()
        return values

    def groups(self) -> set[str]:
        """The groups of all logs that belong to streams."""
        known = {stream.group for stream in self.machine.streams.values()}
        return known | {name.partition("/")[0] for name in self.machine.condemned}

    def logs_removed(self, names: Sequence[str], now_ms: int) -> None:
        """These logs are gone from the disk; other services' may be among them. Raises NoRoom."""
        gone = [name for name in names if name in self.machine.condemned]
        if gone:
            self.commit(now_ms, facts.LogsRemoved(gone))
            self.sweeper.removed(gone)


def check_ready(stream: Stream, consumer: Consumer) -> None:
    """Refuse a consumer that comes or goes. Raises ResourceInUse."""
    if consumer.change is not None:
        raise errors.in_use(
            f"Consumer {consumer.name} under stream {stream.name} not ACTIVE, instead in state {consumer.status}"
        )


def check_active(stream: Stream) -> None:
    """Refuse a change while another is under way. Raises ResourceInUse."""
    if stream.change is not None:
        raise errors.not_active(stream.name, stream.account, stream.status)
