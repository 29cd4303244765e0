"""How fast this disk makes 4 KiB durable: what a durability of fsync can't beat."""

import os
import statistics
import time
from pathlib import Path

BLOCK = b"w" * 4096
SYNCS = 400
SECONDS = 4.0
SETTLE = 20  # the first calls pay for the file's own metadata


def fdatasync_ms(folder: Path, *, preallocated: bool) -> tuple[float, float]:
    """Median and 99th percentile of write + fdatasync of 4 KiB, in milliseconds, at growing offsets of one file."""
    file = folder / "fdatasync.probe"
    fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    try:
        if preallocated:
            os.posix_fallocate(fd, 0, (SYNCS + SETTLE) * len(BLOCK))
            os.fsync(fd)
        took = _timed(fd)
    finally:
        os.close(fd)
        file.unlink()
    return statistics.median(took), statistics.quantiles(took, n=100)[98]


def _timed(fd: int) -> list[float]:
    took: list[float] = []
    begun = time.perf_counter()
    for number in range(SYNCS + SETTLE):
        start = time.perf_counter()
        os.pwrite(fd, BLOCK, number * len(BLOCK))
        os.fdatasync(fd)
        took.append((time.perf_counter() - start) * 1e3)
        if start - begun > SECONDS and number > SETTLE + 2:
            break
    return took[SETTLE:]
