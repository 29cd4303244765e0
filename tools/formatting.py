"""How generated files are formatted."""

import subprocess
import sys


def formatted(source: str) -> str:
    """`source` as ruff formats it."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "generated.py", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
