import platform
import subprocess
import sys
from textwrap import dedent

import pytest

PROGRAM = dedent("""
    import resource, sys
    from weirmq.server.memory import keep_freed
    if "keep" in sys.argv:
        assert keep_freed()
    faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(3):
        before = faults()
        answer = b"x" * 8_000_000, bytes(8_000_000)
        del answer
    print(faults() - before)
""")


def faults(*arguments: str) -> int:
    """Pages that a process had to ask for, for 16 MB that it had before."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators aren't told")
def test_memory_that_was_freed_is_used_again() -> None:
    assert faults("keep") < 100 < 1_000 < faults()
