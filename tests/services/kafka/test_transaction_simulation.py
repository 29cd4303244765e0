"""Random transactions, restarts and power cuts, compared with a model: nothing committed is lost, nothing aborted can
be read, offsets are there exactly where the records are.
"""

from random import Random

import pytest

from tests.services.kafka.transacting import Place, Transactor, offset_of
from tests.services.kafka.world import World
from weirmq.kernel.ids import SeededEntropy
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.kafka.codes import Code

PARTITIONS, WRITERS, STEPS = 3, 4, 120
OPEN, COMMITTED, ABORTED, UNSURE = "open", "committed", "aborted", "unsure"


class Transaction:
    """One transaction of the model."""

    def __init__(self) -> None:
        self.values: dict[int, list[bytes]] = {}  # by partition
        self.offset: int | None = None
        self.fate = OPEN


class Writer:
    """A producer, and all that it has begun."""

    def __init__(self, world: World, number: int) -> None:
        self.client = Transactor(world, f"w{number}", 1 + number % 2)
        self.history: list[Transaction] = []

    @property
    def current(self) -> Transaction:
        """What it is in the middle of."""
        if not self.history or self.history[-1].fate != OPEN:
            self.history.append(Transaction())
        return self.history[-1]

    def settle(self, fate: str) -> None:
        """The last transaction has come to an end, or may have."""
        if self.history and self.history[-1].fate == OPEN:
            self.history[-1].fate = fate


class Simulation:
    """A world, its writers, and what they know."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a simulation
        self.entropy = SeededEntropy(seed)
        self.disk = SimulatedDisk()
        self.world = World(self.disk, waits_for_sync=True)
        topic = self.world.topic("orders", PARTITIONS)
        self.places: list[Place] = [("orders", topic, index) for index in range(PARTITIONS)]
        self.writers = [Writer(self.world, number) for number in range(WRITERS)]
        self.number = 0
        for writer in self.writers:
            assert writer.client.init() == Code.NONE

    def run(self) -> None:
        for _ in range(STEPS):
            writer = self.random.choice(self.writers)
            step = self.random.choices(
                (self.write, self.offset, self.end, self.replace, self.restart, self.cut), (10, 4, 8, 1, 0.5, 1)
            )[0]
            step(writer)
        for writer in self.writers:  # all that is open goes
            while writer.client.init() == Code.CONCURRENT_TRANSACTIONS:
                self.world.settle()
            writer.settle(ABORTED)
        self.check()

    def write(self, writer: Writer) -> None:
        index = self.random.randrange(PARTITIONS)
        value = b"%d" % self.number
        self.number += 1
        assert writer.client.write(self.places[index], value) == Code.NONE
        writer.current.values.setdefault(index, []).append(value)

    def offset(self, writer: Writer) -> None:
        self.number += 1
        assert writer.client.send_offset(writer.client.name, self.places[0], self.number) == Code.NONE
        writer.current.offset = self.number

    def end(self, writer: Writer) -> None:
        if writer.history and writer.history[-1].fate == OPEN:
            commits = self.random.random() < 0.6
            assert writer.client.end(commits=commits) == Code.NONE
            writer.settle(COMMITTED if commits else ABORTED)

    def replace(self, writer: Writer) -> None:
        """Another process takes the producer's place."""
        while (code := writer.client.init()) == Code.CONCURRENT_TRANSACTIONS:
            self.world.settle()
        assert code == Code.NONE
        writer.settle(ABORTED)

    def restart(self, _writer: Writer) -> None:
        """The server is killed between two requests: the producers go on as if nothing had been."""
        self.disk.kill()
        self.open()

    def cut(self, _writer: Writer) -> None:
        """The power fails somewhere in what comes next. What its last producer asked for may have happened or not."""
        self.disk.lose_power_at = self.disk.calls + self.random.randrange(1, 30)
        while True:
            writer = self.random.choice(self.writers)
            commits = self.random.random() < 0.6
            is_end = bool(writer.history) and writer.history[-1].fate == OPEN and self.random.random() < 0.5
            try:
                if is_end:
                    assert writer.client.end(commits=commits) == Code.NONE
                    writer.settle(COMMITTED if commits else ABORTED)
                else:
                    self.write(writer)
            except PowerLost:
                break
        writer.settle(UNSURE if is_end and commits else ABORTED)
        self.disk.crash(self.entropy)
        self.open()
        while writer.client.init() == Code.CONCURRENT_TRANSACTIONS:
            self.world.settle()

    def open(self) -> None:
        self.world = World(self.disk, self.world.clock, waits_for_sync=True)
        self.world.clock.advance(milliseconds=50)
        self.world.tick()
        for writer in self.writers:
            writer.client.world = self.world

    def check(self) -> None:
        found = [self.world.committed(place[1], index=place[2]) for place in self.places]
        read = [set(values) for values in found]
        assert [len(values) for values in found] == [len(values) for values in read]  # nothing comes twice
        expected = 0
        for writer in self.writers:
            offset = -1
            for each in writer.history:
                assert each.fate != OPEN
                are_there = {value in read[index] for index, values in each.values.items() for value in values}
                if each.fate != UNSURE:
                    assert are_there <= {each.fate == COMMITTED}
                assert len(are_there) <= 1  # all of it, or nothing
                if True in are_there or (not are_there and each.fate == COMMITTED):
                    offset = offset if each.offset is None else each.offset
                if True in are_there:
                    expected += sum(map(len, each.values.values()))
            if not any(each.fate == UNSURE and not each.values for each in writer.history):
                group = writer.client.name
                assert offset_of(self.world, group, self.places[0], stable=True) == (Code.NONE, offset)
        assert sum(map(len, found)) == expected
        for place in self.places:
            end = self.world.fetch(place[1], 0, index=place[2], isolation=1)
            assert end.last_stable_offset == end.high_watermark


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_transactions_are_whole(seed: int) -> None:
    Simulation(seed).run()
