"""Streams, consumers and queues by their ARNs."""

from typing import NamedTuple

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.services.kinesis import errors
from weirmq.services.kinesis.model import Consumer, Stream
from weirmq.services.kinesis.queues.model import Queue
from weirmq.services.kinesis.service import Kinesis

_CONSUMER = "/consumer/"


class Resource(NamedTuple):
    """What has tags and a policy: a stream, or one of its consumers, or a queue on it."""

    stream: Stream
    consumer: Consumer | None = None
    queue: Queue | None = None

    @property
    def found(self) -> Stream | Consumer | Queue:
        """Which of them it is."""
        return self.queue or self.consumer or self.stream

    @property
    def name(self) -> str:
        """What errors call it."""
        kind = "queue" if self.queue else "consumer" if self.consumer else "stream"
        return f"{kind} {self.found.name} under account {(self.queue or self.stream).account}"

    @property
    def numbers(self) -> tuple[int, str, int]:
        """How facts call it: a stream's number, a consumer's name, a queue's number."""
        if self.queue is not None:
            return 0, "", self.queue.number
        return self.stream.number, self.consumer.name if self.consumer else "", 0


def resource(service: Kinesis, call: Call, arn: str, action: str) -> Resource:
    """A stream, consumer or queue. Raises ResourceNotFound, AccessDenied."""
    queue = service.machine.queues.by_arn.get(arn)
    if queue is not None:
        authorize(call, action, arn, queue.policy)
        return Resource(queue.stream, queue=queue)
    return Resource(*find(service, call, arn, action))


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
