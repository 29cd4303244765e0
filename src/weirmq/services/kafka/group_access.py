"""Who may be a member of a group, and be told of it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.wire.kafka.codes import Code

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka


class Refused(Exception):  # noqa: N818 - says what is so
    """A member isn't let in, or not let go on."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def may_read(kafka: "Kafka", ask: Ask, group: str) -> bool:
    """Whether whoever asks may be a member of a group."""
    return kafka.authorizer.may(ask, Operation.READ, ResourceType.GROUP, group)


def access_fault(kafka: "Kafka", ask: Ask, group: str, topics: Iterable[str] | None) -> tuple[Code, str]:
    """Whether whoever asks may not be a member of a group that reads these topics (KIP-848, KIP-932)."""
    if not may_read(kafka, ask, group):
        return Code.GROUP_AUTHORIZATION_FAILED, "Group authorization failed."
    may = kafka.authorizer.may
    if not all(may(ask, Operation.DESCRIBE, ResourceType.TOPIC, name) for name in topics or ()):
        return Code.TOPIC_AUTHORIZATION_FAILED, "Topic authorization failed."
    return Code.NONE, ""


def description_fault(kafka: "Kafka", ask: Ask, group: str, topics: Iterable[str]) -> tuple[Code, str]:
    """Whether whoever asks may not be told of a group that reads these topics."""
    may = kafka.authorizer.may
    if not may(ask, Operation.DESCRIBE, ResourceType.GROUP, group):
        return Code.GROUP_AUTHORIZATION_FAILED, "Group authorization failed."
    if not group:
        return Code.INVALID_GROUP_ID, "The group id is invalid."
    if not all(may(ask, Operation.DESCRIBE, ResourceType.TOPIC, topic) for topic in topics):
        reason = "The group has described topic(s) that the client is not authorized to describe."
        return Code.TOPIC_AUTHORIZATION_FAILED, reason
    return Code.NONE, ""
