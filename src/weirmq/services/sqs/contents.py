"""What a message may contain, and its digests.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html and, for the digests,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
"""

import hashlib
import re
import struct
from collections.abc import Iterable, Mapping
from typing import Final

from weirmq.services.sqs import errors
from weirmq.services.sqs.facts import Attribute
from weirmq.services.sqs.limits import ATTRIBUTE_NAME_LETTERS, GROUP_ID_LETTERS, MESSAGE_ATTRIBUTES
from weirmq.wire.aws.types.sqs import MessageAttributeValue, MessageSystemAttributeValue

TRACE_HEADER: Final = "AWSTraceHeader"

# #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF (W3C XML 1.0, 2.2)
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# In ASCII: what is forbidden becomes something else here, and all that isn't stays what it is.
_ALLOWED: Final = bytes(0x20 if byte < 0x20 and byte not in b"\t\n\r" else byte for byte in range(256))
# Letters, digits and ASCII punctuation (SendMessage, MessageGroupId).
_TOKEN: Final = re.compile(rf"\A[!-~]{{1,{GROUP_ID_LETTERS}}}\Z")
_TOKEN_RULE: Final = f"can only include alphanumeric and punctuation characters. 1 to {GROUP_ID_LETTERS} in length."
_NAME: Final = re.compile(r"\A[A-Za-z0-9_\-.]+\Z")
_TYPE: Final = re.compile(r"\A(String|Number|Binary)(?:\..+)?\Z", re.DOTALL)
_TYPE_LETTERS: Final = 256
_NUMBER: Final = re.compile(r"\A[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?\Z")
_MD5: Final = hashlib.md5(usedforsecurity=False)  # a copy costs half of what making one does
_LENGTH: Final = struct.Struct(">I")
_STRING: Final = b"\x01"
_BINARY: Final = b"\x02"


def check_text(text: str, place: str = "message body") -> bytes:
    """The text's bytes, for one that XML can hold. Raises InvalidMessageContents."""
    if text.isascii():
        coded = text.encode()
        if coded.translate(_ALLOWED) == coded:
            return coded  # the search below says the same, in ten times the time
    if (forbidden := _FORBIDDEN.search(text)) is not None:
        raise errors.invalid_contents(forbidden[0], place)
    return text.encode()


def check_token(parameter: str, value: str) -> None:
    """Refuse what can't be a group or a deduplication id. Raises InvalidParameterValueException."""
    if not _TOKEN.match(value):
        raise errors.bad_parameter(value, parameter, f"{parameter} {_TOKEN_RULE}")


def bytes_of(text: str) -> int:
    """How long a text is in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def md5_of_text(text: bytes) -> str:
    """The digest of a body, as SDKs verify it."""
    digest = _MD5.copy()
    digest.update(text)
    return digest.hexdigest()


def sha256_of_text(text: bytes) -> str:
    """The deduplication id of a body (ContentBasedDeduplication)."""
    return hashlib.sha256(text).hexdigest()


def md5_of_attributes(attributes: Mapping[str, Attribute]) -> str:
    """The digest of attributes: by name, each name, type and value with its length in front."""
    parts: list[bytes] = []
    for name in sorted(attributes):
        attribute = attributes[name]
        binary = attribute.binary
        value = attribute.string.encode() if attribute.string is not None else binary or b""
        for text in (name.encode(), attribute.data_type.encode()):
            parts += (_LENGTH.pack(len(text)), text)
        parts += (_BINARY if binary is not None else _STRING, _LENGTH.pack(len(value)), value)
    return md5_of_text(b"".join(parts))


def size_of(attributes: Mapping[str, Attribute]) -> int:
    """Bytes that attributes count: names, types and values."""
    return sum(
        bytes_of(name)
        + bytes_of(attribute.data_type)
        + (bytes_of(attribute.string) if attribute.string is not None else len(attribute.binary or b""))
        for name, attribute in attributes.items()
    )


def attributes_of(given: Mapping[str, MessageAttributeValue]) -> dict[str, Attribute]:
    """User attributes, checked. Raises InvalidParameterValueException."""
    if len(given) > MESSAGE_ATTRIBUTES:
        raise errors.too_many_attributes(len(given))
    return {name: _attribute(name, value) for name, value in given.items()}


def trace_header_of(given: Mapping[str, MessageSystemAttributeValue]) -> str:
    """The one system attribute that can be sent. Raises InvalidParameterValueException."""
    for name in given:
        if name != TRACE_HEADER:
            raise errors.invalid_value(
                f"Message system attribute name '{name}' is invalid. The only supported message system attribute is"
                f" '{TRACE_HEADER}'."
            )
    value = given[TRACE_HEADER]
    if value.DataType != "String" or not value.StringValue:
        raise errors.invalid_value(
            f"Message (system) attribute '{TRACE_HEADER}' must contain a non-empty value of type 'String'."
        )
    check_text(value.StringValue, f"message system attribute '{TRACE_HEADER}'")
    return value.StringValue


def _attribute(name: str, value: MessageAttributeValue) -> Attribute:
    _check_name(name)
    kind = _TYPE.match(value.DataType)
    if not value.DataType:
        raise errors.invalid_value(f"The message attribute '{name}' must contain non-empty message attribute type.")
    if kind is None or len(value.DataType) > _TYPE_LETTERS:
        raise errors.invalid_value(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes"
            " is Binary, Number, and String."
        )
    check_text(value.DataType, f"type of message attribute '{name}'")
    if value.StringListValues or value.BinaryListValues:
        raise errors.unsupported("Message attribute list values in SendMessage operation are not supported.")
    if kind[1] == "Binary":
        if not value.BinaryValue:
            raise _empty(name, value.DataType)
        return Attribute(value.DataType, binary=value.BinaryValue)
    if not value.StringValue:
        raise _empty(name, value.DataType)
    check_text(value.StringValue, f"message attribute '{name}'")
    if kind[1] == "Number" and not _NUMBER.match(value.StringValue):
        raise errors.invalid_value(f"Can't cast the value of message (user) attribute '{name}' to a number.")
    return Attribute(value.DataType, string=value.StringValue)


def _empty(name: str, data_type: str) -> Exception:
    return errors.invalid_value(
        f"Message (user) attribute '{name}' must contain a non-empty value of type '{data_type}'."
    )


def _check_name(name: str) -> None:
    lower = name.lower()
    if (
        not _NAME.match(name)
        or len(name) > ATTRIBUTE_NAME_LETTERS
        or lower.startswith(("aws.", "amazon."))
        or name.startswith(".")
        or name.endswith(".")
        or ".." in name
    ):
        raise errors.invalid_value(
            f"The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_),"
            " hyphen (-), and period (.) characters."
        )


def chosen(attributes: Mapping[str, Attribute], names: Iterable[str]) -> Mapping[str, Attribute]:
    """The attributes that a receiver asked for: by name, by prefix (`foo.*`), or `All` and `.*`."""
    wanted = set(names)
    if "All" in wanted or ".*" in wanted:
        return attributes
    prefixes = tuple(name[:-2] for name in wanted if name.endswith(".*"))
    return {
        name: attribute
        for name, attribute in attributes.items()
        if name in wanted or (prefixes and name.startswith(prefixes))
    }
