"""`weirmq log verify` and `weirmq log repair`, for the logs of a data folder that no server has open."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from weirmq.cli.ending import DONE, FAILED, ended
from weirmq.log.disk import Disk, SystemDisk
from weirmq.log.repair import Report
from weirmq.server import config, lock
from weirmq.server.config import Options


def folders(options: Options) -> list[Path]:
    """The folders of all logs in the data folder: where there is a checkpoint, or a segment that has lost it."""
    data = Path(options.data)
    return sorted({path.parent for name in ("checkpoint", "[0-9]*.log") for path in data.rglob(name)})


def verify(given: dict[str, str]) -> int:
    """Check every batch of the log, and change nothing. The server must be stopped.

    Says what is damaged and where, and which records are lost with it. Ends with exit code 1 where something is.

    \b
    Examples:
      weirmq log verify
      weirmq log verify --data /var/lib/weirmq
    """
    from weirmq.log.repair import verify as look

    return ended(lambda: FAILED if _gone_through(given, look) else DONE)


def repair(given: dict[str, str]) -> int:
    """Make a damaged log fit to be opened again. The server must be stopped.

    Sound records stay, wherever they lie. A file that is changed is kept as it was, with `.damaged` after its name.
    Does nothing to a sound log.

    \b
    Examples:
      weirmq log verify --data /var/lib/weirmq
      weirmq log repair --data /var/lib/weirmq
    """
    from weirmq.log.repair import repair as mend

    def work() -> int:
        _gone_through(given, mend)
        return DONE

    return ended(work)


def _gone_through(given: dict[str, str], work: Callable[[Disk, str], Report]) -> bool:
    """Do `work` on each log, and say what came of it. Returns whether something was damaged."""
    options = config.load(given, os.environ)
    found = folders(options)
    if not found:
        print(f"There is no log in {options.data}.")  # noqa: T201
        return False
    damaged = False
    with lock.hold(Path(options.data)):
        for folder in found:
            report = work(SystemDisk(), str(folder))
            damaged = damaged or report.damaged
            print("\n".join(_lines(report)))  # noqa: T201
    return damaged


def _lines(report: Report) -> Iterator[str]:
    """A report in words."""
    size = f"{report.records} records in {report.batches} batches, {report.size / 1e6:.1f} MB"
    yield f"{report.folder}: {'DAMAGED' if report.damaged else 'sound'}: {size}"
    for finding in report.findings:
        yield f"  {finding}"
    for path in report.kept:
        yield f"  kept as it was: {path}"
