"""How a command ends: its exit codes, and the one door where what stops it becomes words."""

import sys
from collections.abc import Callable

from weirmq.kernel.errors import LogDamaged, LogFailed, NoRoom
from weirmq.server.config import ConfigError
from weirmq.server.lock import FolderUnusable

DONE, FAILED, REFUSED = 0, 1, 2


def ended(work: Callable[[], int]) -> int:
    """The exit code of `work`, or of what stopped it, which is said on standard error."""
    try:
        return work()
    except ConfigError as error:
        return say(REFUSED, str(error))
    except LogDamaged as error:
        return say(
            FAILED, f"{error}. Nothing was changed. `weirmq log verify` tells more, `weirmq log repair` mends it."
        )
    except (FolderUnusable, LogFailed, NoRoom) as error:
        return say(FAILED, str(error))
    except KeyboardInterrupt:
        return say(FAILED, "interrupted before it was done")
    except BrokenPipeError:
        return FAILED  # whoever read has gone, and there is nobody to tell


def say(code: int, why: str) -> int:
    """Say why the command ends with `code`, which is returned."""
    print(f"weirmq: {why}", file=sys.stderr)  # noqa: T201
    return code
