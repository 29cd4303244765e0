"""Streams on demand get as many shards as AWS's rule says, and give them back.

    the busiest minute of 30 days -> double its load -> shards of 1 MiB and 1,000 records a second, at least 4

1. A stream takes double the peak of its last 30 days. When there is a new peak, it grows.
2. It doesn't more than double within 15 minutes.
3. A warm throughput is a floor: so many shards are there at once, and stay.
4. When its peaks are more than 30 days behind it, it shrinks: by halves, once in a day at most. How fast AWS does it
   isn't said.

The peaks are facts, one or a few a day of a busy stream, and so is each change of the shards. The load of the minute
that is being counted is none: after a restart it counts from anew.

Source: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html (on-demand mode), and the page of
UpdateStreamWarmThroughput.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from weirmq.engine.machine import Fact
from weirmq.kernel.clock import DAY_MS, MINUTE_MS
from weirmq.services.kinesis import facts
from weirmq.services.kinesis.limits import GROWTH_MS, ON_DEMAND_MOST_SHARDS, ON_DEMAND_SHARDS, PEAK_DAYS, SCALING_MS
from weirmq.services.kinesis.model import Stream
from weirmq.services.kinesis.planning import resharded

if TYPE_CHECKING:
    from weirmq.services.kinesis.service import Kinesis

LOOK_MS: Final = MINUTE_MS


def shards_needed(stream: Stream, warm_mibps: int, now_ms: int) -> int:
    """How many shards the rule gives a stream on demand."""
    first_day = now_ms // DAY_MS - PEAK_DAYS
    peaks = [shards for day, shards in stream.peaks.items() if day >= first_day]
    return min(max(ON_DEMAND_SHARDS, warm_mibps, *peaks), ON_DEMAND_MOST_SHARDS)


class Scaler:
    """Looks at all streams on demand every minute."""

    def __init__(self, service: "Kinesis") -> None:
        self._service = service
        self._looked_ms = 0

    def next_due_ms(self) -> int | None:
        """When `scale` wants to be called."""
        return self._looked_ms + LOOK_MS if self._service.machine.streams else None

    def scale(self, now_ms: int) -> Sequence[Fact]:
        """Look at the streams, if it is time; returns the facts of new peaks and of changes."""
        if now_ms < self._looked_ms + LOOK_MS:
            return ()
        self._looked_ms = now_ms - now_ms % LOOK_MS
        return [fact for stream in self._service.machine.streams.values() for fact in self._scale(stream, now_ms)]

    def _scale(self, stream: Stream, now_ms: int) -> Iterator[Fact]:
        if stream.load is None:
            return
        day, busiest = now_ms // DAY_MS, stream.load.take(now_ms)
        if busiest > max(ON_DEMAND_SHARDS, stream.peaks.get(day, 0)):
            yield facts.LoadPeaked(stream.number, day, busiest)
        if stream.change is not None:
            return
        count = len(stream.open)
        wanted = min(max(busiest, shards_needed(stream, stream.warm_mibps, now_ms)), ON_DEMAND_MOST_SHARDS)
        if wanted > count and now_ms >= _resharded_ms(stream) + GROWTH_MS:
            yield from self._change(stream, min(wanted, 2 * count), now_ms)
        elif 2 * wanted <= count and now_ms >= _may_shrink_ms(stream):
            yield from self._change(stream, -(-count // 2), now_ms)

    def _change(self, stream: Stream, target: int, now_ms: int) -> Sequence[Fact]:
        fact = resharded(stream, target, self._service.entropy)
        return self._service.changed(now_ms, stream.number, SCALING_MS, fact)


def _resharded_ms(stream: Stream) -> int:
    """When an open shard was made last by a change of the shards; 0 if none was."""
    return max((shard.created_ms for shard in stream.open if shard.parent is not None), default=0)


def _may_shrink_ms(stream: Stream) -> int:
    """What a stream had to do before it was on demand, nobody has counted."""
    since_ms = stream.mode_changes_ms[-1] if stream.mode_changes_ms else stream.created_ms
    return max(since_ms + PEAK_DAYS * DAY_MS, _resharded_ms(stream) + DAY_MS)
