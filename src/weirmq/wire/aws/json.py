"""AWS JSON 1.0 and 1.1.

Source: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html, and for the `x-amzn-query-error` header
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait

The fast path is msgspec's own: bytes straight to the Struct of the request, the Struct of the answer straight to bytes.
Only what it refuses is read again along the shape, to say what is wrong in AWS's words, or to accept what AWS accepts
and msgspec doesn't.
"""

import math
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from typing import Any
from zlib import crc32

import msgspec

from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws import readers, timestamps
from weirmq.wire.aws.assembly import assemble
from weirmq.wire.aws.disassembly import disassemble, present
from weirmq.wire.aws.errors import Headers, malformed
from weirmq.wire.aws.model import Operation, ServiceModel
from weirmq.wire.aws.prewritten import Prewritten
from weirmq.wire.aws.scalars import HttpDate, Iso8601, Timestamp
from weirmq.wire.aws.shapes import Member, Nothing, Shape
from weirmq.wire.aws.violations import Violations
from weirmq.wire.http import Request, Response

_DECODE, _ENCODE = "json.decode", "json.encode"
_REQUEST_ID = b"x-amzn-RequestId"
_CRC32 = b"x-amz-crc32"


class JsonCodec:
    """Requests and answers in AWS JSON. `version` is `1.0` or `1.1`."""

    event_type = "application/json"

    def __init__(self, version: str = "1.0") -> None:
        self.name = f"json-{version}"
        self._content_type = f"application/x-amz-json-{version}".encode()

    def decode(self, operation: Operation, request: Request) -> msgspec.Struct:
        """The request as a Struct. Raises ServiceError for everything that isn't one."""
        read = operation.prebuilt.get(_DECODE) or _prepare_decoding(operation)
        try:
            struct: msgspec.Struct = read(request.body or b"{}")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return _read_slowly(operation, request.body)
        return struct

    def encode(self, operation: Operation, answer: msgspec.Struct | None, request_id: str) -> Response:
        """The response that carries `answer`; None is an empty one."""
        write = operation.prebuilt.get(_ENCODE) or _prepare_encoding(operation)
        try:
            body = b"{}" if answer is None else write(answer)
        except _WritesItself:  # so will the operation's next answers
            write = operation.prebuilt[_ENCODE] = partial(_write_spliced, operation.output_shape)
            body = write(answer)
        return Response(200, body, self._content_type, _headers(operation.service, body, request_id))

    def encode_error(self, service: ServiceModel, error: ServiceError, request_id: str) -> Response:
        """The response that carries `error`."""
        naming = service.errors.naming(error.code)
        fields = error_fields(service, error)
        if error.message:
            fields[naming.message] = error.message
        body = write_tree({"__type": naming.type, **fields})
        headers = (*_headers(service, body, request_id), *service.errors.headers(error))
        return Response(error.status, body, self._content_type, headers)

    def encode_event(self, shape: Shape, value: Any) -> bytes:
        """The payload of an event or exception: its Struct, or a mapping by member name."""
        return _write_spliced(shape, value)


def _headers(service: ServiceModel, body: bytes, request_id: str) -> Headers:
    """What every answer says. DynamoDB's say their checksum too, and clients hold them to it."""
    if service.answer_crc32:
        return (_REQUEST_ID, request_id.encode()), (_CRC32, b"%d" % crc32(body))
    return ((_REQUEST_ID, request_id.encode()),)


def _prepare_decoding(operation: Operation) -> Callable[[bytes], Any]:
    read: Callable[[bytes], Any] = msgspec.json.Decoder(operation.input, dec_hook=_read_custom).decode
    operation.prebuilt[_DECODE] = read
    return read


def _prepare_encoding(operation: Operation) -> Callable[[Any], bytes]:
    shape = operation.output_shape
    if shape is None or not _has_floats(shape, set()):
        write = msgspec.json.Encoder(enc_hook=_write_custom).encode
    else:

        def write(answer: Any) -> bytes:
            return write_tree(disassemble(shape, answer, write_scalar))

    operation.prebuilt[_ENCODE] = write
    return write


class _WritesItself(Exception):  # noqa: N818 - it names what was found
    """There is a Prewritten in an answer."""


def _write_spliced(shape: Shape | None, answer: Any) -> bytes:
    """An answer with lists that write themselves: all else first, then their pieces, in one copy."""
    assert shape is not None, "only a structure has lists"  # noqa: S101
    found = present(shape, answer)
    rest = {member.wire: part for member, part in found if not isinstance(part, Prewritten)}
    pieces = [msgspec.json.encode(rest, enc_hook=_write_custom)[:-1]]
    for member, part in found:
        if isinstance(part, Prewritten):
            pieces += (
                (b',"%b":' if len(pieces[0]) > 1 or len(pieces) > 1 else b'"%b":') % member.wire.encode(),
                *part.as_json(),
            )
    pieces.append(b"}")
    return b"".join(pieces)


def _read_custom(made: type, tree: Any) -> Any:
    """msgspec's hook for timestamps."""
    if isinstance(tree, str):
        return made(timestamps.parse(tree))
    if isinstance(tree, int | float) and not isinstance(tree, bool):
        return made(timestamps.from_seconds(tree))
    raise ValueError("not a timestamp")


def _write_custom(value: Any) -> Any:
    """msgspec's hook for timestamps. Raises _WritesItself for a list that does."""
    if isinstance(value, Timestamp):
        return write_time(value)
    if isinstance(value, Prewritten):
        raise _WritesItself
    raise TypeError(f"{type(value)} is in no AWS shape")


def write_time(value: Timestamp, default: Callable[[int], Any] = timestamps.seconds_of) -> Any:
    """A timestamp as its type says, or as the protocol's default where it says nothing."""
    if isinstance(value, Iso8601):
        return timestamps.iso_of(value)
    if isinstance(value, HttpDate):
        return timestamps.http_of(value)
    return default(value)


def _has_floats(shape: Shape, seen: set[str]) -> bool:
    """Whether a shape can hold a float: NaN and the infinities need our own writing."""
    if shape.name in seen:
        return False
    seen.add(shape.name)
    if shape.type in readers.FLOATS:
        return True
    if shape.type == "structure":
        return any(_has_floats(member.shape, seen) for member in shape.members)
    if shape.type == "list":
        return _has_floats(shape.item.shape, seen)
    return shape.type == "map" and _has_floats(shape.value.shape, seen)


def write_scalar(value: Any, member: Member) -> Any:  # noqa: ARG001 - a Writer; here the value's type says it all
    """A scalar as JSON has it."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Timestamp):
        return write_time(value)
    if isinstance(value, float) and not math.isfinite(value):
        return write_float(value)
    return value


def write_float(value: float) -> str:
    """A float as text; https://smithy.io/2.0/spec/simple-types.html#float has names for what is no number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def write_tree(tree: Any) -> bytes:
    """The bytes of a JSON tree."""
    return msgspec.json.encode(tree)


def error_fields(service: ServiceModel, error: ServiceError) -> dict[str, Any]:
    """The members of an error beside its message, as JSON has them."""
    naming = service.errors.naming(error.code)
    if not error.fields or naming.shape is None:
        return dict(error.fields or {})
    return disassemble(service.shapes[naming.shape], error.fields, write_scalar)


def parse(body: bytes) -> Any:
    """The tree of a JSON text. Raises ServiceError `SerializationException` where it isn't one."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise malformed("The request body is not well-formed JSON") from None


def _read_slowly(operation: Operation, body: bytes) -> msgspec.Struct:
    """Read along the shape what the fast path refused: accept it after all, or say what is wrong."""
    tree = parse(body or b"{}")
    shape = operation.input_shape
    if shape is None:
        return Nothing()
    violations = Violations()
    struct = assemble(shape, tree, readers.JSON, violations)
    violations.refuse(operation.service.metadata.get("missingParameter"))
    return struct
