"""CBOR: AWS's CBOR 1.1, which Kinesis speaks, and Smithy RPC v2 CBOR.

AWS CBOR 1.1 stands in no model: it is AWS JSON 1.1 with the same targets and shapes in CBOR, and timestamps are whole
milliseconds since the epoch under tag 1 (RFC 8949 would have seconds). The Java SDK speaks it to Kinesis.
Smithy RPC: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html; timestamps are seconds under tag 1.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from weirmq.kernel.errors import ServiceError
from weirmq.kernel.lazy import LazyModule
from weirmq.wire.aws import readers, timestamps
from weirmq.wire.aws.assembly import assemble
from weirmq.wire.aws.disassembly import disassemble, present, tree_of
from weirmq.wire.aws.errors import Headers, malformed
from weirmq.wire.aws.model import Operation, ServiceModel
from weirmq.wire.aws.prewritten import CBOR_MAP, Prewritten, cbor_head, cbor_text
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.shapes import Member, Nothing, Shape
from weirmq.wire.aws.violations import Violations
from weirmq.wire.http import Request, Response

if TYPE_CHECKING:
    import cbor2
else:
    cbor2 = LazyModule("cbor2")

_EPOCH_TAG = 1  # RFC 8949, 3.4.2
_DEPTH_MAX = 100
_EMPTY = b"\xa0"
# Tags that cbor2 would turn into objects of its own: dates, big numbers, shared references, regular expressions, sets,
# addresses. No AWS shape has any; some cost time or memory out of proportion to their bytes.
_FOREIGN_TAGS = (0, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799)


class _Moment(msgspec.Struct, frozen=True):
    """What stands under tag 1."""

    number: Any


def _refuse_tag(*_: Any) -> NoReturn:
    raise ValueError("a tag that no AWS shape has")


def _read_moment(value: Any, *_: Any) -> _Moment:
    return _Moment(value)


_DECODERS: dict[int, Callable[[Any, bool], Any]] = {
    _EPOCH_TAG: _read_moment,
    **dict.fromkeys(_FOREIGN_TAGS, _refuse_tag),
}


class CborReader(readers.JsonReader):
    """Scalars as CBOR has them. `ticks` of tag 1 make a second."""

    def __init__(self, ticks: int) -> None:
        self._ticks = ticks

    def read(self, tree: Any, member: Member) -> Any:
        """The value of a scalar shape."""
        kind = member.shape.type
        if kind == "blob":
            return tree if isinstance(tree, bytes) else self._refuse_kind("Blob")
        if kind == "timestamp":
            return self._read_time(tree, member)
        if isinstance(tree, bytes | _Moment | cbor2.CBORTag) or tree is cbor2.undefined:
            return self._refuse_kind(readers.name_of(kind))
        return super().read(tree, member)

    def _read_time(self, tree: Any, member: Member) -> Timestamp:
        number = tree.number if isinstance(tree, _Moment) else tree
        if not isinstance(number, int | float) or isinstance(number, bool):
            return self._refuse_kind("Timestamp")
        try:
            return timestamps.OF_FORMAT[member.timestamp_format](timestamps.from_seconds(number / self._ticks))
        except (ValueError, OverflowError):
            return self._refuse_kind("Timestamp")

    def _refuse_kind(self, name: str) -> NoReturn:
        raise malformed(f"Unexpected value where a {name} is expected")


class CborCodec:
    """Requests and answers in AWS CBOR 1.1, or with `smithy` in Smithy RPC v2 CBOR."""

    def __init__(self, *, smithy: bool = False) -> None:
        self.name = "rpc-v2-cbor" if smithy else "cbor-1.1"
        self.event_type = "application/cbor" if smithy else "application/x-amz-cbor-1.1"
        self._content_type = self.event_type.encode()
        self._headers = ((b"smithy-protocol", b"rpc-v2-cbor"),) if smithy else ()
        self._moment: Callable[[int], float] = timestamps.seconds_of if smithy else int
        self._ticks = 1 if smithy else 1000
        self._reader = CborReader(self._ticks)

    def decode(self, operation: Operation, request: Request) -> msgspec.Struct:
        """The request as a Struct. Raises ServiceError for everything that isn't one."""
        shape = operation.input_shape
        if shape is None:
            return Nothing()
        tree = parse(request.body or _EMPTY)
        try:
            fast: msgspec.Struct = msgspec.convert(
                tree, operation.input, builtin_types=(bytes,), dec_hook=self._read_custom
            )
        except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError):
            pass  # below it is said what is wrong, or accepted what AWS accepts and msgspec doesn't
        else:
            return fast
        violations = Violations()
        struct = assemble(shape, tree, self._reader, violations)
        violations.refuse(operation.service.metadata.get("missingParameter"))
        return struct

    def encode(self, operation: Operation, answer: msgspec.Struct | None, request_id: str) -> Response:
        """The response that carries `answer`; None is an empty one."""
        shape = operation.output_shape
        body = _EMPTY if answer is None or shape is None else self.encode_event(shape, answer)
        return self._response(200, body, ((b"x-amzn-RequestId", request_id.encode()),))

    def encode_event(self, shape: Shape, value: Any) -> bytes:
        """The bytes of an answer, or of an event or exception: its Struct, or a mapping by member name. Long lists that
        write themselves in AWS CBOR are put in behind all else.
        """
        found = present(shape, value)
        own = [] if self._headers else [(each, part) for each, part in found if isinstance(part, Prewritten)]
        if not own:
            return cbor2.dumps(disassemble(shape, value, self._write_scalar))
        rest = {
            member.wire: tree_of(member, part, self._write_scalar)
            for member, part in found
            if not isinstance(part, Prewritten)
        }
        pieces = [cbor_head(CBOR_MAP, len(found)), cbor2.dumps(rest)[len(cbor_head(CBOR_MAP, len(rest))) :]]
        for member, part in own:
            pieces += (cbor_text(member.wire.encode()), part.as_cbor())
        return b"".join(pieces)

    def _read_custom(self, made: type, tree: Any) -> Any:
        """msgspec's hook for timestamps."""
        number = tree.number if isinstance(tree, _Moment) else tree
        if not isinstance(number, int | float) or isinstance(number, bool):
            raise ValueError("not a timestamp")  # noqa: TRY004 - what msgspec takes for a refusal
        return made(timestamps.from_seconds(number / self._ticks))

    def encode_error(self, service: ServiceModel, error: ServiceError, request_id: str) -> Response:
        """The response that carries `error`."""
        naming = service.errors.naming(error.code)
        tree: dict[str, Any] = dict(error.fields or {})
        if tree and naming.shape:
            tree = disassemble(service.shapes[naming.shape], tree, self._write_scalar)
        tree["__type"] = naming.type
        if error.message:
            tree[naming.message] = error.message
        headers = ((b"x-amzn-RequestId", request_id.encode()), *service.errors.headers(error))
        return self._response(error.status, cbor2.dumps(tree), headers)

    def _response(self, status: int, body: bytes, headers: Headers) -> Response:
        return Response(status, body, self._content_type, (*headers, *self._headers))

    def _write_scalar(self, value: Any, member: Member) -> Any:  # noqa: ARG002 - every format is the same in CBOR
        return cbor2.CBORTag(_EPOCH_TAG, self._moment(value)) if isinstance(value, Timestamp) else value


def parse(body: bytes) -> Any:
    """The tree of one CBOR item. Raises ServiceError `SerializationException` where it isn't one."""
    try:
        return cbor2.loads(body, semantic_decoders=_DECODERS, max_depth=_DEPTH_MAX)
    except (cbor2.CBORError, RecursionError, ValueError, TypeError, OverflowError, MemoryError):
        raise malformed("The request body is not well-formed CBOR") from None
