"""Which message belongs to which API key. A module of messages is read when it is first asked for."""

from functools import cache
from importlib import import_module

from weirmq.wire.kafka.messages import NAMES
from weirmq.wire.kafka.schema import Message


@cache
def request(key: int) -> Message:
    """The request with an API key. Raises KeyError."""
    return _message(key, "request")


@cache
def response(key: int) -> Message:
    """The answer to it. Raises KeyError."""
    return _message(key, "response")


def _message(key: int, kind: str) -> Message:
    found: Message = import_module(f"weirmq.wire.kafka.messages.{NAMES[key]}_{kind}").MESSAGE
    return found
