"""The process that runs one function's handler, as AWS Lambda's Python runtime does. Started by functions.py, as

    python -P function_worker.py MODULE:HANDLER FOLDER

It needs nothing but the standard library, so any Python from 3.11 on can run it, also one that has no WeirMQ.

A frame, both ways: two big-endian 32-bit lengths, then a header (a JSON object), then a payload (JSON, untouched).

    ->  {"request_id", "arn", "timeout_ms", "client_context"}, event
    <-  {"kind": "ready"} once, or {"kind": "failed"} and the error, and the process ends
    <-  {"kind": "result"}, what the handler returned; or {"kind": "error"}, the error

Errors are the objects that Lambda answers with: errorType, errorMessage, requestId, stackTrace.
Source: https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html, python-context.html, python-exceptions.html
"""

import faulthandler
import importlib
import json
import logging
import os
import signal
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any, BinaryIO

LENGTHS = struct.Struct("!II")
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, invocation payload; Lambda's own message
# names the 100 bytes more.
RESPONSE_LIMIT_BYTES = 6 * 1024 * 1024 + 100
_MESSAGE_LIMIT = 64 * 1024  # characters of an error's text that are told

Handler = Callable[[Any, "Context"], Any]
Frame = tuple[dict[str, Any], bytes]


class ClientContext:
    """What a mobile app said of itself, where it was the one that invoked."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.client = SimpleNamespace(**told["client"]) if "client" in told else None
        self.custom = told.get("custom")
        self.env = told.get("env")


class Context:
    """What a handler is told of its invocation. The members are Lambda's."""

    def __init__(self, request_id: str, arn: str, timeout_ms: int, client_context: str | None) -> None:
        self._ends_s = time.monotonic() + timeout_ms / 1000
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.invoked_function_arn = arn
        self.aws_request_id = request_id
        self.identity = None
        self.client_context = ClientContext(json.loads(client_context)) if client_context else None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is cut off; never less than 0."""
        return max(0, int((self._ends_s - time.monotonic()) * 1000))


def read_frame(pipe: BinaryIO) -> Frame | None:
    """The next frame; None where the other side is gone."""
    lengths = pipe.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    header_length, payload_length = LENGTHS.unpack(lengths)
    header, payload = pipe.read(header_length), pipe.read(payload_length)
    return (json.loads(header), payload) if len(payload) == payload_length else None


def write_frame(pipe: BinaryIO, kind: str, payload: bytes = b"") -> None:
    """Send one frame."""
    header = json.dumps({"kind": kind}).encode()
    pipe.write(LENGTHS.pack(len(header), len(payload)) + header + payload)
    pipe.flush()


def load(target: str) -> Handler:
    """The handler that `module:name` names. Raises _Refusal, in Lambda's words, or what the module raises."""
    module_name, _, name = target.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise _Refusal("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        raise _Refusal("Runtime.UserCodeSyntaxError", message) from error
    handler: Handler | None = getattr(module, name, None)
    if handler is None:
        raise _Refusal("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'")
    return handler


class _Refusal(Exception):  # noqa: N818 - carries Lambda's own name of the error
    """An error that the runtime reports, rather than the handler."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def run(handler: Handler, header: dict[str, Any], payload: bytes) -> tuple[str, bytes]:
    """Call `handler` with one event; returns the kind of the answer, and its payload."""
    request_id = header["request_id"]
    try:
        try:
            event = json.loads(payload)
        except ValueError as error:
            raise _Refusal("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error
        context = Context(request_id, header["arn"], header["timeout_ms"], header["client_context"])
        result = _encode(handler(event, context))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return "error", failure(error, request_id)
    return "result", result


def _encode(result: object) -> bytes:
    try:
        encoded = json.dumps(result, ensure_ascii=False, default=_encode_decimal).encode()
    except (TypeError, ValueError, RecursionError) as error:  # a ValueError also for a lone surrogate, or a circle
        raise _Refusal("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    if len(encoded) > RESPONSE_LIMIT_BYTES:
        message = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT_BYTES} bytes)."
        raise _Refusal("Function.ResponseSizeTooLarge", message)
    return encoded


def _encode_decimal(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def failure(error: BaseException, request_id: str) -> bytes:
    """The object that Lambda answers a failed invocation with."""
    if isinstance(error, _Refusal):
        kind, frames = error.kind, []
    else:
        kind = type(error).__name__
        every = traceback.extract_tb(error.__traceback__)
        frames = [frame for frame in every if frame.filename != __file__ and "<frozen importlib" not in frame.filename]
    try:
        message = str(error)
    except Exception as second:  # noqa: BLE001 - an error that can't say what it is
        message = f"{type(second).__name__} in __str__"
    described = {"errorMessage": message[:_MESSAGE_LIMIT], "errorType": kind, "requestId": request_id}
    return json.dumps(described | {"stackTrace": traceback.format_list(frames)}).encode()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the two pipes for ourselves: what a handler prints, by whatever means, goes to standard error."""
    requests = os.fdopen(os.dup2(0, 3, inheritable=False), "rb")
    answers = os.fdopen(os.dup2(1, 4, inheritable=False), "wb")
    # Some event loops leave more of the server's open. A process that outlives this one must not hold any of them.
    os.closerange(5, os.sysconf("SC_OPEN_MAX"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    return requests, answers


def _read_all(requests: BinaryIO, frames: "SimpleQueue[Frame]") -> None:
    """Hand on frames until the server is gone; then end at once, also where a handler hangs."""
    while frame := read_frame(requests):
        frames.put(frame)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with all that the handler has started
    os._exit(1)


def main(target: str, folder: str) -> None:
    """Load the handler and run it for each frame that comes."""
    requests, answers = _take_pipes()
    faulthandler.enable()
    logging.basicConfig(stream=sys.stdout, format="[%(levelname)s] %(name)s: %(message)s")
    sys.path.insert(0, folder)
    frames: SimpleQueue[Frame] = SimpleQueue()
    threading.Thread(target=_read_all, args=(requests, frames), daemon=True).start()
    try:
        handler = load(target)
    except Exception as error:  # noqa: BLE001 - the handler's module may raise anything
        write_frame(answers, "failed", failure(error, ""))
        return
    write_frame(answers, "ready")
    while True:
        kind, payload = run(handler, *frames.get())
        sys.stdout.flush()
        sys.stderr.flush()
        write_frame(answers, kind, payload)


if __name__ == "__main__":
    main(*sys.argv[1:])
