"""The event stream that an operation answers with: a head, a first frame, then events, at last perhaps an exception.

Source: https://smithy.io/2.0/aws/amazon-eventstream.html; SDKs give up where the first frame is no `initial-response`.
"""

from typing import Any, Final, Protocol, runtime_checkable

import msgspec

from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws import eventstream
from weirmq.wire.aws.codec import Codec
from weirmq.wire.aws.eventstream import Frame
from weirmq.wire.aws.model import Operation
from weirmq.wire.aws.shapes import Shape
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
    """Writes the event stream of one operation's answers. What is the same in all frames of a kind is made once."""

    def __init__(self, codec: Codec, operation: Operation) -> None:
        """Raises TypeError for a protocol without event streams."""
        if not isinstance(codec, EventCodec):
            raise TypeError(f"{codec.name} has no event streams")
        self._codec = codec
        self._errors = operation.service.errors
        union = _union_of(operation)
        self._events: dict[type[msgspec.Struct], tuple[Shape, bytes]] = {}
        self._exceptions: dict[str, tuple[Shape, bytes]] = {}
        for member in union.members:
            if member.shape.facts.get("exception"):
                headers = eventstream.exception(member.name, b"", codec.event_type).headers
                self._exceptions[member.name] = member.shape, eventstream.encode_headers(headers)
            else:
                headers = eventstream.event(member.name, b"", codec.event_type).headers
                self._events[member.shape.struct] = member.shape, eventstream.encode_headers(headers)
        # What the output has beside its events would stand in the first frame; no operation's has anything.
        first = eventstream.event("initial-response", codec.encode_event(union, {}), codec.event_type)
        self._first = eventstream.encode(first)

    def begin(self, request_id: str) -> Response:
        """The head of the answer, with the frame that every stream begins with as its body."""
        return Response(200, self._first, CONTENT_TYPE, ((b"x-amzn-RequestId", request_id.encode()),))

    def event(self, event: msgspec.Struct) -> bytes:
        """The frame of an event, by its type. Raises ValueError where it is too large."""
        shape, headers = self._events[type(event)]
        return eventstream.put_together(headers, self._codec.encode_event(shape, event))

    def refusal(self, error: ServiceError) -> bytes:
        """The frame of what ends a stream: an exception of the union, or an error that the model doesn't know."""
        known = self._exceptions.get(error.code) or self._exceptions.get(f"{error.code}Exception")
        if known is None:
            return eventstream.encode(
                Frame({":message-type": "error", ":error-code": error.code, ":error-message": error.message})
            )
        shape, headers = known
        fields = {**(error.fields or {}), self._errors.naming(shape.name).message: error.message}
        return eventstream.put_together(headers, self._codec.encode_event(shape, fields))


def events_of(codec: Codec, operation: Operation) -> Events:
    """The writer of an operation's event streams; the same one each time."""
    key = f"{codec.name}.events"
    found: Events | None = operation.prebuilt.get(key)
    if found is None:
        found = operation.prebuilt[key] = Events(codec, operation)
    return found


def _union_of(operation: Operation) -> Shape:
    """The union of events in an operation's output."""
    members = operation.output_shape.members if operation.output_shape else ()
    return next(member.shape for member in members if member.shape.facts.get("eventstream"))
