"""A queue on a stream, and one who works on it."""

from collections.abc import Callable
from typing import Any

from tests.services.kinesis.world import World, arn
from weirmq.engine.waiting import Wait
from weirmq.kernel.errors import ServiceError
from weirmq.services.kinesis.queues.model import Queue
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types import kinesis as wire


class Desk:
    """A queue that begins at the stream's start, if nothing else is said. The stream is on demand, of four shards."""

    def __init__(self, world: World, name: str = "work", **members: Any) -> None:
        self.world = world
        if not world.kinesis.machine.by_name:
            world.ask("CreateStream", StreamName="orders")
        self.description = create(world, name, **members)
        self.arn: str = self.description.QueueARN

    @property
    def queue(self) -> Queue:
        """As the machine knows it."""
        return self.world.kinesis.machine.queues.by_arn[self.arn]

    def restart(self) -> None:
        """Go on with what is on the disk, or in a snapshot."""
        self.world = self.world.restarted()

    def receive(self, **members: Any) -> list[Any]:
        """Records, as far as there are some now."""
        found: list[Any] = self.world.ask("ReceiveQueueRecords", QueueARN=self.arn, **members).QueueRecords
        return found

    def receive_dead(self, **members: Any) -> list[Any]:
        """The same of dead letters."""
        found: list[Any] = self.world.ask("ReceiveDeadLetterQueueRecords", QueueARN=self.arn, **members).QueueRecords
        return found

    def data(self, **members: Any) -> list[bytes]:
        """The data of records, as far as there are some now."""
        return [record.Data for record in self.receive(**members)]

    def kill(self, *data: bytes) -> list[Any]:
        """Put records, and let them become dead letters, for which the queue must allow one receive; received."""
        self.world.put(*data)
        self.receive(VisibilityTimeoutSeconds=0, Limit=10)
        return self.receive_dead()

    def poll(self, got: Callable[[Any], None], operation: str = "ReceiveQueueRecords", **members: Any) -> int:
        """Wait for records; `got` is called with the answer, or the exception. Returns the number of the wait."""
        wait = self.world.decide(operation, QueueARN=self.arn, **members)
        assert isinstance(wait, Wait)
        self.world.flush()
        return self.world.waiting.add(wait, got)

    def acknowledge(self, *records: Any) -> Any:
        """The answer for records, or bare handles."""
        return self._handle("AcknowledgeQueueRecords", wire.AcknowledgeQueueRecordsRequestEntry, records)

    def acknowledge_dead(self, *records: Any) -> Any:
        """The same of dead letters."""
        entry = wire.AcknowledgeDeadLetterQueueRecordsRequestEntry
        return self._handle("AcknowledgeDeadLetterQueueRecords", entry, records)

    def restore(self, *records: Any) -> Any:
        """The answer for dead letters, or bare handles."""
        entry = wire.RestoreDeadLetterQueueRecordsRequestEntry
        return self._handle("RestoreDeadLetterQueueRecords", entry, records)

    def hide(self, seconds: int, *records: Any) -> Any:
        """Change when records become visible."""
        entry = wire.UpdateQueueRecordsVisibilityRequestEntry
        return self._handle("UpdateQueueRecordsVisibility", entry, records, VisibilityTimeoutSeconds=seconds)

    def hide_dead(self, seconds: int, *records: Any) -> Any:
        """The same of dead letters."""
        entry = wire.UpdateDeadLetterQueueRecordsVisibilityRequestEntry
        return self._handle("UpdateDeadLetterQueueRecordsVisibility", entry, records, VisibilityTimeoutSeconds=seconds)

    def _handle(self, operation: str, entry: Callable[..., Any], records: tuple[Any, ...], **members: Any) -> Any:
        handles = [record if isinstance(record, str) else record.ReceiptHandle for record in records]
        entries = [entry(ReceiptHandle=handle, **members) for handle in handles]
        answer = self.world.ask(operation, QueueARN=self.arn, Entries=entries)
        assert [*(each.ReceiptHandle for each in answer.Successful), *(each.ReceiptHandle for each in answer.Failed)]
        return answer


def create(
    world: World,
    name: str = "work",
    *,
    stream: str = arn(),
    start: str | None = "TRIM_HORIZON",
    at_ms: int | None = None,
    visibility_s: int | None = None,
    receives: int | None = None,
    **members: Any,
) -> Any:
    """The description of a new queue. `receives` 0: without dead letters."""
    position = None
    if start is not None:
        time = None if at_ms is None else Timestamp(at_ms)
        position = wire.QueueStartingPosition(Type=start, Timestamp=time)  # type: ignore[arg-type]
    chosen = wire.QueueStreamConfiguration(StreamARN=stream, StartingPosition=position)
    attributes = attributes_of(visibility_s, receives)
    answer = world.ask(
        "CreateQueue", QueueName=name, StreamConfigurationList=[chosen], QueueAttributes=attributes, **members
    )
    return answer.QueueDescription


def attributes_of(visibility_s: int | None = None, receives: int | None = None) -> Any:
    """QueueAttributes. `receives` 0: without dead letters."""
    dead = None
    if receives is not None:
        dead = wire.DeadLetterConfiguration(
            TargetType="BUILT_IN" if receives else "NONE", MaxReceiveCount=receives or None
        )
    return wire.QueueAttributes(VisibilityTimeoutSeconds=visibility_s, DeadLetterConfiguration=dead)


def codes(answer: Any) -> list[str]:
    """The error codes of the entries that failed."""
    return [each.ErrorCode for each in answer.Failed]


def is_refusal(answer: Any, code: str) -> bool:
    """Whether a poll ended with this error."""
    return isinstance(answer, ServiceError) and answer.code == code
