"""What every protocol offers: requests to Structs, Structs and errors to responses."""

from typing import Protocol

import msgspec

from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.model import Operation, ServiceModel
from weirmq.wire.http import Request, Response


class Codec(Protocol):
    """One protocol."""

    @property
    def name(self) -> str:
        """`json-1.0`, `json-1.1`, `query`, `rest-json`, `cbor-1.1` or `rpc-v2-cbor`."""
        ...

    def decode(self, operation: Operation, request: Request) -> msgspec.Struct:
        """The request as the operation's input Struct. Raises ServiceError, and nothing else, for what isn't one."""
        ...

    def encode(self, operation: Operation, answer: msgspec.Struct | None, request_id: str) -> Response:
        """The response that carries `answer`, the operation's output Struct; None is an empty one."""
        ...

    def encode_error(self, service: ServiceModel, error: ServiceError, request_id: str) -> Response:
        """The response that carries `error`."""
        ...
