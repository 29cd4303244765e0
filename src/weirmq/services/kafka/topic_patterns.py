"""Which topics a regular expression names (KIP-848). It is one of RE2, as in Kafka, so its time is linear in a name's
length whatever it is; and it is to match the whole of a name.

What was found is kept until topics come or go, and then only new names are looked at: a heartbeat costs nothing.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import msgspec

from weirmq.kernel.lazy import LazyModule
from weirmq.services.kafka.model import Cluster

if TYPE_CHECKING:
    import re2
else:
    re2 = LazyModule("re2")

PATTERN_LETTERS: Final = 4_096  # our own
PROGRAM_BYTES: Final = 1024 * 1024  # that an expression may be made into
KEPT: Final = 1_024


class _Pattern(msgspec.Struct):
    """An expression, and the names that were looked at when the cluster's topics had changed so often."""

    compiled: Any
    changes: int = -1
    looked_at: set[str] = set()
    names: frozenset[str] = frozenset()


class TopicPatterns:
    """The expressions that members have subscribed to, those used last at the end."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str], _Pattern] = OrderedDict()

    def names(self, cluster: Cluster, pattern: str) -> frozenset[str]:
        """The topics that a pattern without fault names."""
        found = self._known.get((cluster.number, pattern))
        if found is None:
            found = self._known[cluster.number, pattern] = _Pattern(compiled(pattern), looked_at=set())
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end((cluster.number, pattern))
        if found.changes != cluster.changes:
            now = set(cluster.topics)
            new = {name for name in now - found.looked_at if found.compiled.fullmatch(name)}
            found.names, found.looked_at, found.changes = (found.names & now) | new, now, cluster.changes
        return found.names


def fault(pattern: str) -> str:
    """What is wrong with a pattern; "" for nothing."""
    if len(pattern) > PATTERN_LETTERS:
        return f"it is longer than {PATTERN_LETTERS} letters"
    try:
        compiled(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    except UnicodeError:
        return "it is no text"
    return ""


def compiled(pattern: str) -> Any:
    """A pattern, to be asked often."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = PROGRAM_BYTES
    return re2.compile(pattern, options)


def quoted(name: str) -> str:
    """The pattern that fits this name alone."""
    return str(re2.escape(name))
