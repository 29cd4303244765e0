"""What a topic sends: the content of the outbox's tasks, and of an archive's messages."""

from collections.abc import Mapping
from typing import Final

import msgspec

from weirmq.engine.handover import Value

NOTIFICATION: Final = "Notification"
CONFIRMATION: Final = "SubscriptionConfirmation"
FAREWELL: Final = "UnsubscribeConfirmation"


class Notification(msgspec.Struct, array_like=True, gc=False):
    """One message. `kind` is the Type that the endpoint reads: one of the three above.

    `bodies` are those of a message with structure `json`, by protocol; `message` is for all others. `origin` is how
    the publisher reached us: links start with it. `token` is that of a confirmation or farewell, which goes to
    `endpoint` by `protocol`. `is_event` says that the service itself tells of something that happened to a device.
    Added to at the end only: the log holds it.
    """

    kind: str
    message_id: str
    topic_arn: str
    message: str
    at_ms: int
    origin: str
    signature_version: str = "1"
    subject: str | None = None
    attributes: Mapping[str, Value] = {}
    bodies: dict[str, str] = {}
    group: str | None = None
    deduplication_id: str | None = None
    sequence_number: str = ""
    token: str = ""
    protocol: str = ""
    endpoint: str = ""
    is_replayed: bool = False
    is_event: bool = False

    def body_for(self, protocol: str) -> str:
        """The message as an endpoint of this protocol gets it."""
        return self.bodies.get(protocol, self.message) if self.bodies else self.message


encode: Final = msgspec.msgpack.Encoder().encode
decode: Final = msgspec.msgpack.Decoder(Notification).decode

NO_VALUES: Final[Mapping[str, Value]] = {}
