"""What a function's worker prints, as log lines."""

import asyncio
from typing import Final

from weirmq.server.logs import Logger

# A handler that prints without end must not keep the server busy, nor fill the disk that its log goes to.
LIMIT_BYTES: Final = 1024 * 1024  # of one invocation's output are logged
LIMIT_LINES: Final = 10_000
LINE_LIMIT_BYTES: Final = 64 * 1024
_READ_BYTES = 64 * 1024
_LINES_A_TURN = 64  # are written before others get their turn
_DRAIN_S = 1.0  # for the last words of a dead process, where some child of it may still hold the pipe


class Output:
    """Reads a worker's pipe to its end, and writes each line to the log with the id of the invocation it belongs to."""

    def __init__(self, stream: asyncio.StreamReader, logger: Logger) -> None:
        self._stream = stream
        self._logger = logger
        self._request_id = ""
        self._left_bytes = LIMIT_BYTES
        self._left_lines = LIMIT_LINES
        self._dropped_bytes = 0
        self._rest = b""  # the beginning of a line
        self._reading = asyncio.create_task(self._read())

    def begin(self, request_id: str) -> None:
        """What comes from now on belongs to this invocation."""
        self._finish()
        self._request_id = request_id
        self._left_bytes, self._left_lines = LIMIT_BYTES, LIMIT_LINES

    async def end(self) -> None:
        """Log what is left. The process has ended."""
        await asyncio.wait([self._reading], timeout=_DRAIN_S)
        self._reading.cancel()
        self._finish()

    async def _read(self) -> None:
        while chunk := await self._stream.read(_READ_BYTES):
            taken = chunk[: self._left_bytes] if self._left_lines else b""
            self._left_bytes -= len(taken)
            self._dropped_bytes += len(chunk) - len(taken)
            *lines, self._rest = (self._rest + taken).split(b"\n")
            for number, line in enumerate(lines, 1):
                self._write(line)
                if number % _LINES_A_TURN == 0:
                    await asyncio.sleep(0)
            if len(self._rest) > LINE_LIMIT_BYTES:
                self._write(self._rest)
                self._rest = b""

    def _write(self, line: bytes) -> None:
        if not self._left_lines:
            self._dropped_bytes += len(line)
            return
        self._left_lines -= 1
        text = line.rstrip(b"\r").decode("utf-8", "backslashreplace")
        self._logger.info("function output", request_id=self._request_id, line=text)

    def _finish(self) -> None:
        """End the invocation's last line, and say how much was left out."""
        if self._rest:
            self._write(self._rest)
            self._rest = b""
        if self._dropped_bytes:
            self._logger.warning(
                "a function printed more than is logged", request_id=self._request_id, dropped_bytes=self._dropped_bytes
            )
            self._dropped_bytes = 0
