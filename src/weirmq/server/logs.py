"""Log lines: for people on a terminal, one JSON object a line elsewhere. Written to standard error.

A logger is handed along, not looked up: a server inside somebody's tests leaves their logging as it is.
"""

import logging
import os
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from weirmq.kernel.clock import SystemClock
from weirmq.server.config import Options

_hidden = "rich" not in sys.modules
if _hidden:
    # structlog imports rich where it is installed, to draw tracebacks that we don't want drawn: 150 ms at each start.
    sys.modules["rich"] = None  # type: ignore[assignment]
try:
    import structlog
finally:
    if _hidden:
        del sys.modules["rich"]

Logger = structlog.typing.FilteringBoundLogger


class Output:
    """Where lines go. One that can't be written is counted and let go: a full disk must not take the server along."""

    def __init__(self, stream: TextIO) -> None:
        self.lines_lost = 0
        self._stream = stream

    def msg(self, line: str) -> None:
        """Write one line."""
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):  # ValueError: the stream is closed
            self.lines_lost += 1

    debug = info = warning = error = critical = exception = msg


def open_logger(options: Options, stream: TextIO | None = None) -> Logger:
    """A logger as `options` say. Lines below its level cost a call of an empty function."""
    stream = stream or sys.stderr
    is_human = options.log_format == "human" or (options.log_format == "auto" and stream.isatty())
    has_colors = is_human and stream.isatty() and not os.environ.get("NO_COLOR")
    renderer = _human(has_colors=has_colors) if is_human else structlog.processors.JSONRenderer(_json)
    logger: Logger = structlog.wrap_logger(
        Output(stream),
        processors=[structlog.processors.add_log_level, _add_time, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, options.log_level.upper())),
    ).bind()  # else each line would first make the logger that it is written with
    return logger


def _human(*, has_colors: bool) -> structlog.typing.Processor:
    return structlog.dev.ConsoleRenderer(colors=has_colors, pad_event_to=0)


def _json(line: MutableMapping[str, Any], **_: object) -> str:
    return msgspec.json.encode(line, enc_hook=str).decode()


def _add_time(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The machine's time, also where a test turns the server's clock: a log line tells when it was written."""
    time = datetime.fromtimestamp(_clock.now_ms() / 1000, UTC).isoformat(timespec="milliseconds")
    return {"timestamp": time.replace("+00:00", "Z"), **line}


_clock = SystemClock()


class Forwarder(logging.Handler):
    """Takes what libraries say by `logging` (asyncio: a callback that failed) into our log."""

    def __init__(self, logger: Logger) -> None:
        super().__init__(logging.WARNING)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record as a line of ours."""
        self._logger.log(record.levelno, record.getMessage(), source=record.name, exc_info=record.exc_info)
