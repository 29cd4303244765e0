import io
import json
import logging

import pytest

from weirmq.server import logs
from weirmq.server.config import Options


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Full(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_json_off_a_terminal() -> None:
    stream = io.StringIO()
    logs.open_logger(Options(), stream).info("listening", port=4566, host="127.0.0.1")
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "listening", "level": "info", "port": 4566, "host": "127.0.0.1"}


def test_a_line_stays_one_line() -> None:
    stream = io.StringIO()
    logger = logs.open_logger(Options(log_format="json"), stream)
    logger.error("failed", exc_info=ValueError("two\nlines"), odd=object())
    (line,) = stream.getvalue().splitlines()
    assert "ValueError: two\nlines" in json.loads(line)["exception"]


def test_words_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = _Terminal()
    logs.open_logger(Options(), stream).warning("no room", needed_bytes=5)
    assert "\x1b[" in stream.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    stream = _Terminal()
    logs.open_logger(Options(), stream).warning("no room", needed_bytes=5)
    assert stream.getvalue().endswith("[warning  ] no room needed_bytes=5\n")


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_levels(level: str, count: int) -> None:
    stream = io.StringIO()
    logger = logs.open_logger(Options(log_level=level), stream)  # type: ignore[arg-type]
    for method in (logger.debug, logger.info, logger.warning, logger.error):
        method("said")
    assert len(stream.getvalue().splitlines()) == count


def test_a_full_disk_under_the_log_is_not_an_error() -> None:
    output = logs.Output(_Full())
    output.msg("lost")
    assert output.lines_lost == 1
    logs.open_logger(Options(), _Full()).error("lost too")


def test_what_libraries_say_is_taken_in() -> None:
    stream = io.StringIO()
    handler = logs.Forwarder(logs.open_logger(Options(), stream))
    handler.handle(logging.LogRecord("asyncio", logging.ERROR, "", 0, "callback %s failed", ("x",), None))
    line = json.loads(stream.getvalue())
    assert (line["event"], line["source"], line["level"]) == ("callback x failed", "asyncio", "error")
