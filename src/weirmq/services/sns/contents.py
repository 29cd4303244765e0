"""What a published message may contain.

Sources: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

from weirmq.engine.handover import Value
from weirmq.services.sns import errors
from weirmq.services.sns.limits import ATTRIBUTE_NAME_BYTES, ATTRIBUTE_TYPE_LETTERS, SUBJECT_LETTERS
from weirmq.services.sns.notifications import NO_VALUES
from weirmq.wire.aws.types.sns import MessageAttributeValue

_TYPE: Final = re.compile(r"(String|Number|Binary)(?:\..+)?", re.DOTALL)
_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]")
# Publish: "UTF-8 text with no line breaks or control characters", at most 100 characters.
_SUBJECT: Final = re.compile(rf"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{{1,{SUBJECT_LETTERS}}}")
_DEFAULT: Final = "default"


class Given(Protocol):
    """What Publish and an entry of PublishBatch have in common."""

    Message: str
    Subject: str | None
    MessageStructure: str | None
    MessageAttributes: dict[str, MessageAttributeValue] | None
    MessageDeduplicationId: str | None
    MessageGroupId: str | None


def check_subject(subject: str) -> None:
    """Refuse a subject that can't be one. Raises InvalidParameter."""
    if not _SUBJECT.fullmatch(subject) or subject.isspace():
        raise errors.bad_parameter("Subject")


def bodies_of(given: Given) -> dict[str, str]:
    """The bodies of a message with structure `json`, by protocol; none of any other. Raises InvalidParameter."""
    if not given.Message:
        raise errors.bad_parameter("Empty message")
    if given.MessageStructure != "json":
        if given.MessageStructure:
            raise errors.bad_parameter("MessageStructure")
        return {}
    try:
        found = json.loads(given.Message, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise errors.bad_parameter("Message Structure - JSON message body failed to parse")
    bodies = {name: body for name, body in found.items() if isinstance(body, str)}
    if _DEFAULT not in bodies:
        raise errors.bad_parameter("Message Structure - No default entry in JSON message body")
    return bodies


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Publish, Message: "Duplicate keys are not allowed"."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def size_of(given: Given, attributes: Mapping[str, Value]) -> int:
    """Bytes of a message: its text as it was given, and its attributes' names, types and values."""
    message = given.Message
    size = len(message) if message.isascii() else len(message.encode())
    for name, (data_type, string, binary) in attributes.items():
        size += len(name.encode()) + len(data_type.encode())
        size += len(string.encode()) if string is not None else len(binary or b"")
    return size


def check_size(given: Given, attributes: Mapping[str, Value], limit: int) -> None:
    """Refuse a message of more than `limit` bytes. Raises InvalidParameter."""
    if size_of(given, attributes) > limit:
        raise errors.bad_parameter("Message too long")


def loosely(given: Mapping[str, MessageAttributeValue] | None) -> Mapping[str, Value]:
    """Message attributes, unchecked: for their size alone."""
    return {name: Value(value.DataType, value.StringValue, value.BinaryValue) for name, value in (given or {}).items()}


def attributes_of(given: Mapping[str, MessageAttributeValue] | None) -> Mapping[str, Value]:
    """Message attributes, checked. Raises ParameterValueInvalid."""
    if not given:
        return NO_VALUES
    return {name: _attribute(name, value) for name, value in given.items()}


def _attribute(name: str, value: MessageAttributeValue) -> Value:
    _check_name(name)
    data_type = value.DataType
    kind = _TYPE.fullmatch(data_type)
    if kind is None or len(data_type) > ATTRIBUTE_TYPE_LETTERS:
        raise errors.value_invalid(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes"
            " is Binary, Number, and String."
        )
    field, wanted, other = "String", value.StringValue, value.BinaryValue is not None
    if kind[1] == "Binary":
        if value.BinaryValue:
            return Value(data_type, None, value.BinaryValue)
        field, wanted, other = "Binary", None, value.StringValue is not None
    if wanted:
        return Value(data_type, wanted)
    if other:
        raise errors.value_invalid(f"The message attribute '{name}' with type '{data_type}' must use field '{field}'.")
    raise errors.value_invalid(
        f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type"
        f" '{data_type}'."
    )


def _check_name(name: str) -> None:
    if len(name.encode()) >= ATTRIBUTE_NAME_BYTES:
        raise errors.value_invalid(f"Length of message attribute name must be less than {ATTRIBUTE_NAME_BYTES} bytes.")
    if not name:
        raise errors.value_invalid("Message attribute name can not be empty.")
    for place, is_dot in (("starting", name[0] == "."), ("ending", name[-1] == ".")):
        if is_dot:
            raise errors.value_invalid(f"Invalid message attribute name {place} with character '.' was found.")
    if (strange := _NOT_IN_NAME.search(name)) is not None:
        raise errors.value_invalid(
            f"Invalid non-alphanumeric character '#x{ord(strange[0]):X}' was found in the message attribute name. Can"
            " only include alphanumeric characters, hyphens, underscores, or dots."
        )
    if ".." in name:
        raise errors.value_invalid("Message attribute name can not have successive '.' character.")
