"""Keep memory that was freed, for the next large answer.

glibc gives large pieces back to the system at once, and every page of the next one is asked for and cleared anew: for
an answer of 15 MB that takes longer than to write it. So freed memory up to a bound stays with the process.
"""

import ctypes
from typing import Final

KEPT_BYTES: Final = 128 * 1024 * 1024  # free memory at the heap's end that isn't given back
LARGE_BYTES: Final = 64 * 1024 * 1024  # larger pieces come from the system, and go back to it
_TRIM_THRESHOLD: Final = -1  # mallopt(3)
_MMAP_THRESHOLD: Final = -3


def keep_freed() -> bool:
    """Tell the allocator, if it is one that can be told. For a process that is a server and nothing else."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # not glibc
        return False
    return bool(mallopt(_TRIM_THRESHOLD, KEPT_BYTES) and mallopt(_MMAP_THRESHOLD, LARGE_BYTES))
