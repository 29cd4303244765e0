"""Streams and consumers by their ARNs."""

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.services.kinesis import errors
from weirmq.services.kinesis.model import Consumer, Stream
from weirmq.services.kinesis.service import Kinesis

_CONSUMER = "/consumer/"


def find(service: Kinesis, call: Call, arn: str, action: str) -> tuple[Stream, Consumer | None]:
    """The stream, and the consumer if the ARN is of one. Raises ResourceNotFound, InvalidArgument, AccessDenied."""
    stream_arn, _, rest = arn.partition(_CONSUMER)
    stream = service.machine.by_arn.get(stream_arn)
    consumer = stream.consumers.get(rest.partition(":")[0]) if stream and rest else None
    if stream is None or (rest and (consumer is None or consumer.arn != arn)):
        authorize(call, action, arn)
        if ":stream/" not in arn:
            raise errors.not_found(f"Resource {arn} not found.")
        if rest:
            raise errors.no_such_consumer(arn, call.caller.account)
        raise errors.no_such_stream(stream_arn.rpartition("/")[2], stream_arn.split(":")[4])
    authorize(call, action, arn, (consumer or stream).policy)
    return stream, consumer
