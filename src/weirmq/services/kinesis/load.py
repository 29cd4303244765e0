"""How busy a stream on demand is: what came in each minute, as the metrics of AWS count it."""

from typing import Final

from weirmq.kernel.clock import MINUTE_MS, SECOND_MS
from weirmq.services.kinesis.limits import SHARD_BYTES, SHARD_RECORDS

_MINUTE_S: Final = MINUTE_MS // SECOND_MS


class Load:
    """What has come in since the last `take`."""

    __slots__ = ("_busiest", "_bytes", "_minute", "_records")

    def __init__(self) -> None:
        self._minute = 0  # since 1970: the one that is being counted
        self._bytes = self._records = 0
        self._busiest = 0  # of the minutes before: how many shards double its load needs

    def count(self, now_ms: int, size: int, records: int) -> None:
        """So many bytes of data and keys have come in."""
        minute = now_ms // MINUTE_MS
        if minute != self._minute:
            self._close(minute)
        self._bytes += size
        self._records += records

    def _close(self, minute: int) -> None:
        needed = shards_for(2 * self._bytes, 2 * self._records)
        self._busiest = max(self._busiest, needed)
        self._minute, self._bytes, self._records = minute, 0, 0

    def take(self, now_ms: int) -> int:
        """How many shards double the load of the busiest minute needs, of those that are over and weren't taken yet."""
        minute = now_ms // MINUTE_MS
        if minute != self._minute:
            self._close(minute)
        busiest, self._busiest = self._busiest, 0
        return busiest


def shards_for(size: int, records: int) -> int:
    """How many shards take so many bytes and records in a minute, spread evenly."""
    return max(-(-size // (_MINUTE_S * SHARD_BYTES)), -(-records // (_MINUTE_S * SHARD_RECORDS)))
