"""What the shell and a service know of each other: a Call, and a table of operations."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

import msgspec

from weirmq.iam.caller import Caller


class Call(msgspec.Struct, gc=False):
    """Who asks for one operation, where and when.

    `origin` is how the client reached us (`http://localhost:4566`): URLs in answers start with it, so that they are
    reachable from where the client stands. `peer` is the client's IP address, `secure` says TLS.
    """

    caller: Caller
    region: str
    now_ms: int
    origin: str
    request_id: str
    peer: str = ""
    secure: bool = False


Operation = Callable[[Any, Call, Any], Any]
"""`operation(service, call, request)` gives the answer (a Struct, or None for an empty one), a Wait or a Flow;
raises ServiceError.
"""


class Service(Protocol):
    """One AWS service. `name` is its model's name; `operations` goes by the model's operation names; `unsigned` are
    those that anybody may ask for without a signature: the service then looks after itself.
    """

    @property
    def name(self) -> str: ...

    @property
    def unsigned(self) -> Collection[str]: ...

    @property
    def operations(self) -> Mapping[str, Operation]: ...
