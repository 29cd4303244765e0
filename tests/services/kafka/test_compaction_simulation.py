"""Random keyed writes of all kinds, cleaned at random times, killed and cut off from power anywhere, compared with a
model: of each key a reader of what is committed finds the newest value, what was deleted doesn't come back, order is
kept, and nothing is missing of what isn't clean.
"""

from dataclasses import dataclass, field
from random import Random

import pytest

from tests.services.kafka.keyed import Pair, all_read, keyed, table
from tests.services.kafka.transacting import Transactor
from tests.services.kafka.world import World
from weirmq.kernel.ids import SeededEntropy
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.kafka.batch import TRANSACTIONAL
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.produce_response import PartitionProduceResponse

KEYS, STEPS, WRITERS = 6, 160, 3
PAD = b"." * 120


@dataclass
class Written:
    """A record of the model. `fate` is that of its transaction: None while it is open, or nobody knows."""

    offset: int
    pair: Pair
    fate: bool | None = True


@dataclass
class Writer:
    """A producer. `last` is the batch that it wrote last, and where that came to stand."""

    client: Transactor
    open: list[Written] = field(default_factory=list)
    last: tuple[bytes, int] | None = None
    since_ms: int = 0


class Simulation:
    """A world with one compacted partition, its writers, and what they know."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a simulation
        self.entropy = SeededEntropy(seed)
        self.disk = SimulatedDisk()
        self.world = World(self.disk, waits_for_sync=True)
        policy = self.random.choice(("compact", "compact", "compact,delete"))
        self.topic = self.world.topic(
            cleanup_policy=policy,
            min_cleanable_dirty_ratio=self.random.choice(("0", "0.3")),
            delete_retention_ms=self.random.choice(("0", "100000")),
        )
        self.model: list[Written] = []
        self.number = 0
        self.taking_over: Writer | None = None
        self.clean_to = 0  # nothing behind it was ever cleaned
        self.writers = [
            Writer(Transactor(self.world, f"w{number}", 1 + number % 2, timeout_ms=900_000))
            for number in range(WRITERS)
        ]
        for writer in self.writers:
            assert writer.client.init() == Code.NONE

    def run(self) -> None:
        for _ in range(STEPS):
            steps = (self.plain, self.write, self.again, self.end, self.clean, self.kill, self.cut)
            self.random.choices(steps, (8, 12, 2, 6, 5, 0.5, 1))[0]()
        for writer in self.writers:
            self.take_over(writer)
        self.check()
        for _ in range(3):
            for _ in range(6):
                self.plain()
            self.clean()
        self.check()

    def pairs(self) -> list[Pair]:
        found: list[Pair] = []
        for _ in range(self.random.choice((1, 1, 2, 4))):
            self.number += 1
            value = None if self.random.random() < 0.2 else b"%d" % self.number + PAD
            found.append((b"key%d" % self.random.randrange(KEYS), value))
        return found

    def noted(self, offset: int, pairs: list[Pair], *, fate: bool | None) -> list[Written]:
        found = [Written(offset + delta, pair, fate) for delta, pair in enumerate(pairs)]
        self.model += found
        return found

    # Steps

    def plain(self) -> None:
        pairs = self.pairs()
        data = keyed(pairs, self.world.clock.now_ms(), codec=self.random.choice((0, 0, 1, 2, 3, 4)))
        found = self.world.produce(self.topic, data=data)
        assert found.error_code == 0
        self.noted(found.base_offset, pairs, fate=True)

    def write(self) -> None:
        """A batch of a transaction."""
        writer, pairs = self.random.choice(self.writers), self.pairs()
        self.write_of(writer, pairs)

    def write_of(self, writer: Writer, pairs: list[Pair]) -> None:
        client, place = writer.client, ("orders", self.topic, 0)
        if client.versions["produce"] < 12:
            assert client.add(place) == Code.NONE
        first = client.sequences.get(place[1:], 0)
        data = keyed(
            pairs,
            self.world.clock.now_ms(),
            attributes=TRANSACTIONAL,
            producer=client.producer,
            epoch=client.epoch,
            first=first,
            codec=self.random.choice((0, 4)),
        )
        found = self.sent(writer, data)
        assert found.error_code == 0
        client.sequences[place[1:]] = first + len(pairs)
        if not writer.open:
            writer.since_ms = self.world.clock.now_ms()
        writer.open += self.noted(found.base_offset, pairs, fate=None)
        writer.last = data, found.base_offset

    def sent(self, writer: Writer, data: bytes) -> PartitionProduceResponse:
        answer = writer.client.begin_write(("orders", self.topic, 0), data).answer
        (found,) = answer.responses[0].partition_responses
        assert isinstance(found, PartitionProduceResponse)
        return found

    def again(self) -> None:
        """A producer that got no answer sends its last batch again."""
        writer = self.random.choice(self.writers)
        if writer.last is not None and writer.open:
            found = self.sent(writer, writer.last[0])
            assert (found.error_code, found.base_offset) == (0, writer.last[1])

    def end(self) -> None:
        writer = self.random.choice(self.writers)
        if writer.open:
            commits = self.random.random() < 0.6
            assert writer.client.end(commits=commits) == Code.NONE
            self.settle(writer, fate=commits)

    def settle(self, writer: Writer, *, fate: bool) -> None:
        for each in writer.open:
            each.fate = fate
        writer.open.clear()
        writer.last = None

    def take_over(self, writer: Writer) -> None:
        self.taking_over = writer
        while writer.client.init() == Code.CONCURRENT_TRANSACTIONS:
            self.world.settle()
        self.settle(writer, fate=False)
        self.taking_over = None

    def clean(self, steps: int = 1_000) -> None:
        """Let the cleaner do what it wants, as far as `steps`."""
        self.world.clock.advance(seconds=61)
        for writer in self.writers:
            if writer.open and writer.since_ms + 600_000 < self.world.clock.now_ms():  # before it times out
                self.take_over(writer)
        for _ in range(4):
            self.world.clock.advance(milliseconds=100)
            self.world.tick()
            while (cleaning := self.world.streams.cleanings.take()) is not None:
                self.clean_to = max(self.clean_to, cleaning.stream.pieces()[-1].end)
                while cleaning.settle(cleaning.step()):
                    if self.random.random() < 0.3:
                        self.plain()
                    if self.random.random() < 0.5:
                        self.world.sync()
                    steps -= 1
                    if not steps:
                        return
                self.world.sync()

    def kill(self) -> None:
        """The server is killed, perhaps in the middle of a cleaning."""
        self.clean(self.random.choice((1, 2, 3)))
        self.disk.kill()
        self.open()
        self.check()

    def cut(self) -> None:
        """The power fails somewhere in what comes next."""
        self.disk.lose_power_at = self.disk.calls + self.random.randrange(1, 40)
        try:
            while True:
                if self.random.random() < 0.5:
                    self.clean()
                else:
                    self.plain()
        except PowerLost:
            pass
        interrupted = self.taking_over
        if interrupted is not None:
            self.settle(interrupted, fate=False)
        self.disk.crash(self.entropy)
        self.open()
        end = self.world.fetch(self.topic, 0).high_watermark
        behind = self.model[-1].offset + 1 if self.model else 0
        present = [each for each in all_read(self.world, self.topic) if each.offset >= behind]
        for each in present:  # it was written, though nobody was told
            self.model.append(Written(each.offset, (each.key, each.value)))
        assert end >= behind
        self.check()
        if interrupted is not None:
            self.take_over(interrupted)

    def open(self) -> None:
        self.world = World(self.disk, self.world.clock, waits_for_sync=True)
        self.world.clock.advance(milliseconds=50)
        self.world.tick()
        for writer in self.writers:
            writer.client.world = self.world

    # What must be so

    def check(self) -> None:
        world = self.world
        written = {each.offset: each for each in self.model}
        read = all_read(world, self.topic)
        assert [each.offset for each in read] == sorted({each.offset for each in read})
        for each in read:
            if each.offset in written:
                assert (each.key, each.value) == written[each.offset].pair
        stable = world.fetch(self.topic, 0, isolation=1).last_stable_offset
        committed = all_read(world, self.topic, isolation=1)
        for each in committed:
            if each.offset in written:
                assert written[each.offset].fate is not False
        expected = [each for each in self.model if each.fate and each.offset < stable]
        newest = {each.pair[0]: each.pair[1] for each in sorted(expected, key=lambda each: each.offset)}
        assert table(committed) == {key: value for key, value in newest.items() if value is not None}
        there = {each.offset for each in read}
        kept = {each.offset for each in self.model if each.fate is not False and each.offset >= self.clean_to}
        assert kept <= there
        assert {each.offset for each in self.model if each.fate is None} <= there


@pytest.mark.parametrize("seed", range(25))
def test_whatever_happens_the_newest_of_each_key_stays(seed: int) -> None:
    Simulation(seed).run()
