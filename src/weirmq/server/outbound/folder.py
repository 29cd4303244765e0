"""The outbox folder: a file for each mail and text message, where no server is configured that would carry them."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from weirmq.kernel.clock import Clock
from weirmq.kernel.ids import Entropy


class Folder:
    """A folder that files appear in whole, or not at all. It is made when the first one comes."""

    def __init__(self, path: Path, clock: Clock, entropy: Entropy) -> None:
        self._path = path
        self._clock = clock
        self._entropy = entropy

    async def write(self, ending: str, content: bytes) -> Path:
        """Write a file that only its owner can read, named by the time; returns its path. Raises OSError."""
        time = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        stamp = time.strftime("%Y%m%dT%H%M%S") + f".{time.microsecond // 1000:03}Z"
        path = self._path / f"{stamp}-{self._entropy.take(8).hex()}{ending}"
        await asyncio.to_thread(_write, path, content)
        return path


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
