"""The event stream that an operation answers with: a head, a first frame, then events, at last perhaps an exception.

Source: https://smithy.io/2.0/aws/amazon-eventstream.html; SDKs give up where the first frame is no `initial-response`.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol, runtime_checkable

import msgspec

from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws import eventstream
from weirmq.wire.aws.codec import Codec
from weirmq.wire.aws.eventstream import Frame
from weirmq.wire.aws.model import Operation
from weirmq.wire.aws.shapes import Member, Shape
from weirmq.wire.http import Response

CONTENT_TYPE: Final = b"application/vnd.amazon.eventstream"


@runtime_checkable
class EventCodec(Codec, Protocol):
    """A protocol that has event streams. `event_type` is the media type of what a frame carries."""

    event_type: str

    def encode_event(self, shape: Shape, value: Any) -> bytes:
        """The payload of an event or exception: its Struct, or a mapping by member name."""
        ...


class Events:
    """Writes the event stream of one operation's answers."""

    def __init__(self, codec: Codec, operation: Operation) -> None:
        """Raises TypeError for a protocol without event streams."""
        if not isinstance(codec, EventCodec):
            raise TypeError(f"{codec.name} has no event streams")
        self._codec = codec
        self._errors = operation.service.errors
        union = _union_of(operation)
        # What the output has beside its events would stand in the first frame; no operation's has anything.
        self._empty = codec.encode_event(union, {})
        self._members = union.named
        self._names = {
            member.shape.struct: member.name for member in union.members if "exception" not in member.shape.facts
        }

    def begin(self, request_id: str) -> Response:
        """The head of the answer, with the frame that every stream begins with as its body."""
        first = self._frame(eventstream.event, "initial-response", self._empty)
        return Response(200, first, CONTENT_TYPE, ((b"x-amzn-RequestId", request_id.encode()),))

    def event(self, event: msgspec.Struct) -> bytes:
        """The frame of an event, by its type. Raises ValueError where it is too large."""
        name = self._names[type(event)]
        return self._frame(eventstream.event, name, self._codec.encode_event(self._members[name].shape, event))

    def refusal(self, error: ServiceError) -> bytes:
        """The frame of what ends a stream: an exception of the union, or an error that the model doesn't know."""
        member = self._exception(error.code)
        if member is None:
            headers = {":message-type": "error", ":error-code": error.code, ":error-message": error.message}
            return eventstream.encode(Frame({**headers}))
        fields = {**(error.fields or {}), self._errors.naming(member.name).message: error.message}
        return self._frame(eventstream.exception, member.name, self._codec.encode_event(member.shape, fields))

    def _exception(self, code: str) -> Member | None:
        return self._members.get(code) or self._members.get(f"{code}Exception")

    def _frame(self, kind: Callable[[str, bytes, str], Frame], name: str, payload: bytes) -> bytes:
        return eventstream.encode(kind(name, payload, self._codec.event_type))


def _union_of(operation: Operation) -> Shape:
    """The union of events in an operation's output."""
    members = operation.output_shape.members if operation.output_shape else ()
    return next(member.shape for member in members if member.shape.facts.get("eventstream"))
