"""Enhanced fan-out consumers: register, describe, list, deregister.

Source: https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html
"""

from bisect import bisect_right
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.services.kinesis import errors, facts, quotas, resources, tags
from weirmq.services.kinesis.limits import CONSUMER_MS, CONSUMERS_CREATING, LISTED_CONSUMERS
from weirmq.services.kinesis.model import Consumer, Stream
from weirmq.services.kinesis.service import Kinesis, check_ready
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import Consumer as ConsumerShape
from weirmq.wire.aws.types.kinesis import (
    ConsumerDescription,
    DeregisterStreamConsumerInput,
    DescribeStreamConsumerInput,
    DescribeStreamConsumerOutput,
    ListStreamConsumersInput,
    ListStreamConsumersOutput,
    RegisterStreamConsumerInput,
    RegisterStreamConsumerOutput,
)

_TOKEN: Final = "consumers"  # noqa: S105 - a kind of token


def _shown(consumer: Consumer) -> ConsumerShape:
    return ConsumerShape(
        ConsumerName=consumer.name,
        ConsumerARN=consumer.arn,
        ConsumerStatus=consumer.status,
        ConsumerCreationTimestamp=Timestamp(consumer.created_ms),
    )


def register_stream_consumer(
    service: Kinesis, call: Call, request: RegisterStreamConsumerInput
) -> RegisterStreamConsumerOutput:
    """A new consumer. Raises ResourceInUse, LimitExceeded, ResourceNotFound."""
    stream = service.find_active(call, None, request.StreamARN, "kinesis:RegisterStreamConsumer")
    name = request.ConsumerName
    if request.Tags:
        authorize(call, "kinesis:TagResource", f"{stream.arn}/consumer/{name}:{call.now_ms // 1000}")
    if name in stream.consumers:
        raise errors.in_use(f"Consumer {name} under stream {stream.name} already exists.")
    quotas.check_consumers(service, stream, call.now_ms)
    if sum(consumer.status == "CREATING" for consumer in stream.consumers.values()) >= CONSUMERS_CREATING:
        raise errors.limit(
            f"Stream {stream.name} under account {stream.account} can have at most {CONSUMERS_CREATING} consumers in"
            " the CREATING state."
        )
    given = tags.check({}, request.Tags or {}, f"consumer {name} under account {stream.account}")
    coming = service.changed(call.now_ms, stream.number, CONSUMER_MS, status="CREATING", consumer=name)
    service.commit(call.now_ms, facts.ConsumerRegistered(stream.number, name, given), *coming)
    return RegisterStreamConsumerOutput(Consumer=_shown(stream.consumers[name]))


def _find(
    service: Kinesis, call: Call, stream_arn: str | None, name: str | None, arn: str | None, action: str
) -> tuple[Stream, Consumer]:
    """The consumer of an ARN, or of a stream's ARN and a name. Raises InvalidArgument, ResourceNotFound."""
    if arn is not None:
        stream, consumer = resources.find(service, call, arn, action)
        if consumer is None:
            raise errors.no_such_consumer(arn, call.caller.account)
        if stream_arn not in (None, stream.arn) or name not in (None, consumer.name):
            raise errors.invalid("ConsumerARN, StreamARN and ConsumerName must name the same consumer.")
        return stream, consumer
    if stream_arn is None or name is None:
        raise errors.invalid("Either ConsumerARN, or StreamARN and ConsumerName, must be specified.")
    found = service.machine.by_arn.get(stream_arn)
    if found is None:
        authorize(call, action, stream_arn)
        raise errors.no_such_stream(stream_arn.rpartition("/")[2], stream_arn.split(":")[4])
    consumer = found.consumers.get(name)
    if consumer is None:
        service.authorize(call, action, found)
        raise errors.no_such_consumer(name, found.account)
    authorize(call, action, consumer.arn, consumer.policy)
    return found, consumer


def deregister_stream_consumer(service: Kinesis, call: Call, request: DeregisterStreamConsumerInput) -> None:
    """Forget a consumer. Raises ResourceNotFound, ResourceInUse, InvalidArgument."""
    action = "kinesis:DeregisterStreamConsumer"
    stream, consumer = _find(service, call, request.StreamARN, request.ConsumerName, request.ConsumerARN, action)
    check_ready(stream, consumer)
    gone = facts.ConsumerDeregistered(stream.number, consumer.name)
    service.change(call.now_ms, stream, CONSUMER_MS, gone, status="DELETING", consumer=consumer.name)


def describe_stream_consumer(
    service: Kinesis, call: Call, request: DescribeStreamConsumerInput
) -> DescribeStreamConsumerOutput:
    """A consumer. Raises ResourceNotFound, InvalidArgument."""
    action = "kinesis:DescribeStreamConsumer"
    stream, consumer = _find(service, call, request.StreamARN, request.ConsumerName, request.ConsumerARN, action)
    return DescribeStreamConsumerOutput(
        ConsumerDescription=ConsumerDescription(
            ConsumerName=consumer.name,
            ConsumerARN=consumer.arn,
            ConsumerStatus=consumer.status,
            ConsumerCreationTimestamp=Timestamp(consumer.created_ms),
            StreamARN=stream.arn,
        )
    )


def list_stream_consumers(service: Kinesis, call: Call, request: ListStreamConsumersInput) -> ListStreamConsumersOutput:
    """A stream's consumers by name. Raises ResourceNotFound, InvalidArgument, ExpiredNextToken."""
    stream = service.find(call, None, request.StreamARN, "kinesis:ListStreamConsumers")
    created_ms = request.StreamCreationTimestamp
    if request.NextToken is not None and created_ms is not None:
        raise errors.invalid("NextToken and StreamCreationTimestamp cannot be provided together.")
    if created_ms is not None and created_ms // 1000 != stream.created_ms // 1000:
        raise errors.no_such_stream(stream.name, stream.account)
    names, start = sorted(stream.consumers), 0
    if request.NextToken is not None:
        number, after = service.read_token(_TOKEN, request.NextToken, call.now_ms)
        if number != stream.number:
            raise errors.bad_token()
        start = bisect_right(names, after)
    stop = start + min(request.MaxResults or LISTED_CONSUMERS, LISTED_CONSUMERS)
    page = names[start:stop]
    token = service.token(_TOKEN, call.now_ms, stream.number, page[-1]) if stop < len(names) else None
    return ListStreamConsumersOutput(Consumers=[_shown(stream.consumers[name]) for name in page], NextToken=token)
