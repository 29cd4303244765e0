"""`weirmq version`."""

import platform

from weirmq import __version__


def version() -> None:
    """Print the versions of WeirMQ and of the Python that runs it."""
    print(f"weirmq {__version__} (Python {platform.python_version()})")  # noqa: T201
