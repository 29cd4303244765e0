"""Libraries that many servers never need, loaded once they are: each of them takes megabytes and milliseconds."""

from importlib import import_module
from typing import Any


class LazyModule:
    """A module that is loaded when something of it is asked for first.

    if TYPE_CHECKING:
        import cramjam
    else:
        cramjam = LazyModule("cramjam")
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(import_module(self._name), attribute)
        setattr(self, attribute, found)  # the next time nobody asks here
        return found
