"""CreateQueue, DescribeQueue, UpdateQueue, DeleteQueue, ListQueues.

Source: botocore's model of Kinesis, whose documentation of queues is the only one.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel.ids import uuid4
from weirmq.services.kinesis import errors, quotas, tags
from weirmq.services.kinesis.limits import LISTED_QUEUES, QUEUE_MAX_RECEIVES, QUEUE_VISIBILITY_S
from weirmq.services.kinesis.model import ON_DEMAND, Stream
from weirmq.services.kinesis.queues.facts import QueueCreated, QueueDeleted, QueueUpdated
from weirmq.services.kinesis.queues.model import Queue
from weirmq.services.kinesis.service import Kinesis
from weirmq.services.kinesis.sweeping import cutoff
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import (
    CreateQueueInput,
    CreateQueueOutput,
    DeadLetterConfiguration,
    DeleteQueueInput,
    DescribeQueueInput,
    DescribeQueueOutput,
    ListQueuesInput,
    ListQueuesOutput,
    QueueAttributes,
    QueueDescription,
    QueueStartingPosition,
    QueueStreamConfiguration,
    QueueStreamFilter,
    QueueStreamIdentifier,
    QueueSummary,
    UpdateQueueInput,
    UpdateQueueOutput,
)

_TOKEN: Final = "queues"  # noqa: S105 - a kind of token


def find(service: Kinesis, call: Call, queue_arn: str, action: str) -> Queue:
    """The queue of an ARN, brought up to the time of the call. Raises ResourceNotFound, AccessDenied."""
    queues = service.machine.queues
    queue = queues.by_arn.get(queue_arn)
    authorize(call, action, queue_arn, queue.policy if queue is not None else None)
    if queue is None:
        raise errors.no_such_queue(queue_arn)
    queues.advance(queue, call.now_ms)
    return queue


def create_queue(service: Kinesis, call: Call, request: CreateQueueInput) -> CreateQueueOutput:
    """A new queue on a stream, ready at once.

    Raises Validation, ResourceNotFound, ResourceInUse, LimitExceeded, InvalidArgument.
    """
    if len(request.StreamConfigurationList) != 1:
        raise errors.validation("StreamConfigurationList must contain exactly one entry.")
    [chosen] = request.StreamConfigurationList
    stream = service.find_active(call, None, chosen.StreamARN, "kinesis:CreateQueue")
    if request.Tags:
        service.authorize(call, "kinesis:TagResource", stream)
    if stream.mode != ON_DEMAND:
        raise errors.validation("Queues are supported for streams in ON_DEMAND mode only.")
    account, name, queues = call.caller.account, request.QueueName, service.machine.queues
    if (account, stream.region, name) in queues.by_name:
        raise errors.in_use(f"Queue {name} under account {account} already exists.")
    visibility_s, max_receives = _attributes(request.QueueAttributes, QUEUE_VISIBILITY_S, QUEUE_MAX_RECEIVES)
    given = tags.check({}, request.Tags or {}, f"queue {name} under account {account}")
    start = chosen.StartingPosition or QueueStartingPosition(Type="LATEST")
    start_ms, starts = _begin(service, call, stream, start)
    quotas.check_consumers(service, stream, call.now_ms)
    service.commit(
        call.now_ms,
        QueueCreated(
            queues.next_queue, stream.number, account, stream.region, name, uuid4(service.entropy), start.Type,
            start_ms, starts, visibility_s, max_receives, given,
        ),
    )  # fmt: skip
    return CreateQueueOutput(QueueDescription=_described(queues.by_name[account, stream.region, name]))


def _begin(service: Kinesis, call: Call, stream: Stream, start: QueueStartingPosition) -> tuple[int, dict[int, int]]:
    """From when on records are delivered, and where in each shard that is. Raises Validation, InvalidArgument."""
    if (start.Timestamp is not None) != (start.Type == "AT_TIMESTAMP"):
        raise errors.validation(
            "Timestamp must be specified for a starting position of type AT_TIMESTAMP, and no other."
        )
    oldest_ms = max(stream.created_ms, cutoff(stream, call.now_ms))
    if start.Type == "TRIM_HORIZON":
        return oldest_ms, {}
    logs = {index: service.log(shard) for index, shard in stream.shards.items()}
    if start.Timestamp is None:
        return call.now_ms, {index: log.readable for index, log in logs.items()}
    if start.Timestamp > call.now_ms:
        raise errors.invalid("The Timestamp of a starting position can't be in the future.")
    at_ms = max(int(start.Timestamp), oldest_ms)
    low = {index: service.horizon(stream, log, call.now_ms) for index, log in logs.items()}
    return at_ms, {index: log.offset_at(at_ms, low[index]).offset for index, log in logs.items()}


def _attributes(given: QueueAttributes | None, visibility_s: int, max_receives: int) -> tuple[int, int]:
    """Visibility timeout and MaxReceiveCount (0 without dead letters), where they aren't to stay. Raises Validation."""
    if given is None:
        return visibility_s, max_receives
    if given.VisibilityTimeoutSeconds is not None:
        visibility_s = given.VisibilityTimeoutSeconds
    dead_letters = given.DeadLetterConfiguration
    if dead_letters is not None:
        if dead_letters.TargetType == "NONE":
            return visibility_s, 0
        if dead_letters.MaxReceiveCount is None:
            raise errors.validation("MaxReceiveCount is required for dead-letter handling of type BUILT_IN.")
        max_receives = dead_letters.MaxReceiveCount
    return visibility_s, max_receives


def describe_queue(service: Kinesis, call: Call, request: DescribeQueueInput) -> DescribeQueueOutput:
    """A queue with its attributes. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:DescribeQueue")
    return DescribeQueueOutput(QueueDescription=_described(queue))


def _described(queue: Queue) -> QueueDescription:
    start = QueueStartingPosition(Type=queue.start, Timestamp=Timestamp(queue.start_ms))
    dead_letters = DeadLetterConfiguration(TargetType="NONE")
    if queue.max_receives:
        dead_letters = DeadLetterConfiguration(TargetType="BUILT_IN", MaxReceiveCount=queue.max_receives)
    return QueueDescription(
        QueueName=queue.name,
        QueueARN=queue.arn,
        QueueStatus="ACTIVE",
        QueueCreationTimestamp=Timestamp(queue.created_ms),
        StreamConfigurationList=[QueueStreamConfiguration(StreamARN=queue.stream.arn, StartingPosition=start)],
        QueueAttributes=QueueAttributes(
            VisibilityTimeoutSeconds=queue.visibility_s, DeadLetterConfiguration=dead_letters
        ),
    )


def update_queue(service: Kinesis, call: Call, request: UpdateQueueInput) -> UpdateQueueOutput:
    """Change the attributes that are given; records in flight keep their timeouts. Raises as `find`, and Validation."""
    queue = find(service, call, request.QueueARN, "kinesis:UpdateQueue")
    before = queue.visibility_s, queue.max_receives
    after = _attributes(request.QueueAttributes, *before)
    if after != before:
        service.commit(call.now_ms, QueueUpdated(queue.number, *after))
    return UpdateQueueOutput(QueueDescription=_described(queue))


def delete_queue(service: Kinesis, call: Call, request: DeleteQueueInput) -> None:
    """Forget a queue, at once; its polls end. The stream keeps its records. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:DeleteQueue")
    service.commit(call.now_ms, QueueDeleted(queue.number))


def list_queues(service: Kinesis, call: Call, request: ListQueuesInput) -> ListQueuesOutput:
    """The caller's queues in the region by name, or those on some streams. Raises InvalidArgument, ExpiredNextToken."""
    authorize(call, "kinesis:ListQueues", "*")
    after = ""
    if request.NextToken is not None:
        [after] = service.read_token(_TOKEN, request.NextToken, call.now_ms)
    where = (call.caller.account, call.region)
    found = {
        queue.name: queue
        for queue in service.machine.queues.by_number.values()
        if (queue.account, queue.region) == where and _passes(queue, request.StreamFilter)
    }
    names = sorted(found)
    start = bisect_right(names, after)
    stop = start + (request.MaxResults or LISTED_QUEUES)
    page = names[start:stop]
    return ListQueuesOutput(
        QueueSummaries=[_summary(found[name]) for name in page],
        NextToken=service.token(_TOKEN, call.now_ms, page[-1]) if stop < len(names) else None,
    )


def _passes(queue: Queue, filters: Sequence[QueueStreamFilter] | None) -> bool:
    """Whether the queue is on one of the streams, if any are named."""
    stream = queue.stream
    return filters is None or any(
        each.StreamARN == stream.arn
        and (each.StreamCreationTimestamp is None or each.StreamCreationTimestamp // 1000 == stream.created_ms // 1000)
        for each in filters
    )


def _summary(queue: Queue) -> QueueSummary:
    return QueueSummary(
        QueueName=queue.name,
        QueueARN=queue.arn,
        QueueStatus="ACTIVE",
        QueueCreationTimestamp=Timestamp(queue.created_ms),
        Streams=[
            QueueStreamIdentifier(
                StreamARN=queue.stream.arn, StreamCreationTimestamp=Timestamp(queue.stream.created_ms)
            )
        ],
    )
