"""What clients know of their records, and what must therefore be so. It knows nothing of how the broker works.

A record is known by its data: no two are alike. What was decided and not answered yet is in doubt if there is a crash:
then the disk decides, and from there on it holds. What a reader was given holds like what a writer was told.
"""

from dataclasses import dataclass, field

Place = tuple[int, int]
"""Stream and shard, by their numbers."""


@dataclass
class Put:
    """One record, where it was said to be, and when it came."""

    data: bytes
    place: Place
    number: int  # its sequence number
    now_ms: int
    is_certain: bool = False  # somebody was told of it


@dataclass
class Line:
    """The records of a shard in order of their sequence numbers, and whether somebody was told that it has an end."""

    puts: list[Put] = field(default_factory=list)
    is_closed: bool = False


@dataclass
class Expected:
    """All records ever put."""

    lines: dict[Place, Line] = field(default_factory=dict)
    gone_ms: dict[int, int] = field(default_factory=dict)  # by stream: what came before may be past its retention
    deleted: dict[int, bool] = field(default_factory=dict)  # streams; whether somebody was told so

    def add(self, put: Put) -> None:
        """A record was decided on: it comes after all others of its shard."""
        line = self.lines.setdefault(put.place, Line())
        assert not line.puts or put.number > line.puts[-1].number, "a sequence number that doesn't grow"
        assert not line.is_closed, "a record in a shard that was closed"
        line.puts.append(put)

    def may_go(self, stream: int, cutoff_ms: int) -> None:
        """What came to a stream before this may be past its retention from now on."""
        self.gone_ms[stream] = max(cutoff_ms, self.gone_ms.get(stream, 0))

    def check(self, place: Place, found: list[tuple[int, bytes]], cutoff_ms: int) -> None:
        """A shard holds all that must be there, nothing else, in order; nothing past the retention."""
        puts = {put.number: put for put in self.lines.get(place, Line()).puts}
        assert [number for number, _ in found] == sorted({number for number, _ in found}), f"{place}: out of order"
        for number, data in found:
            put = puts.get(number)
            assert put is not None, f"{place}: {data[:12]!r} was never put, or is there under another number"
            assert put.data == data, f"{place}: {data[:12]!r} stands where {put.data[:12]!r} was put"
            assert put.now_ms >= cutoff_ms, f"{place}: {data[:12]!r} is past its retention"
        there = {number for number, _ in found}
        for put in puts.values():
            if put.is_certain and put.now_ms >= self.gone_ms.get(place[0], 0):
                assert put.number in there, f"{place}: {put.data[:12]!r} is lost"

    def recover(self, place: Place, found: list[tuple[int, bytes]]) -> None:
        """After a crash: of what nobody was told of, a shard has kept the first ones, and that is certain now."""
        line = self.lines.get(place)
        if line is None:
            return
        there = {number for number, _ in found}
        kept = []
        for put in line.puts:
            if put.number in there or put.is_certain:
                put.is_certain = True
                kept.append(put)
        line.puts = kept
