"""Random members of a share group, restarts and power cuts, compared with a model: no record is lost, none comes again
whose acknowledgement was answered, none is with two members, and none comes oftener than it may.
"""

from random import Random

import pytest

from tests.services.kafka.sharing import ACCEPT, GAP, REJECT, RELEASE, RENEW, Sharer, configure, offsets
from tests.services.kafka.world import World
from weirmq.kernel.ids import SeededEntropy
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.kafka.codes import Code

MEMBERS, STEPS, LIMIT, LOCK_MS, RECORD_LOCKS = 3, 120, 3, 15_000, 100
DONE = (GAP, ACCEPT, REJECT)


class Record:
    """What the model knows of one. `counts` are the delivery counts that may come next; more than one after a crash."""

    def __init__(self) -> None:
        self.counts = {1}
        self.deliveries = 0
        self.holder: Sharer | None = None
        self.until_ms = 0
        self.is_done = False
        self.is_unsure = False  # its acknowledgement was under way when the power failed

    def given_back(self, count: int) -> None:
        """It is to come again, if it may."""
        self.holder = None
        self.counts = {count + 1}
        self.is_done = count >= LIMIT


class Simulation:
    """A world, its members, and what they know."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a simulation
        self.entropy = SeededEntropy(seed)
        self.disk = SimulatedDisk()
        self.world = World(self.disk, waits_for_sync=True)
        self.topic = self.world.topic("orders")
        limits = {"share_delivery_count_limit": str(LIMIT), "share_partition_max_record_locks": str(RECORD_LOCKS)}
        configure(self.world, share_auto_offset_reset="earliest", share_record_lock_duration_ms=str(LOCK_MS), **limits)
        self.records: list[Record] = []
        self.members = [Sharer(self.world, self.topic, f"m{number}") for number in range(MEMBERS)]
        for member in self.members:
            member.joins()

    def run(self) -> None:
        for _ in range(STEPS):
            steps = (self.produce, self.fetch, self.say, self.wait, self.vanish, self.restart, self.cut)
            step = self.random.choices(steps, (6, 10, 10, 3, 1, 0.5, 1))[0]
            step(self.random.choice(self.members))
        self.drain()

    # What happens

    def produce(self, _member: Sharer) -> None:
        count = self.random.randrange(1, 12)
        assert self.world.produce(self.topic, *[b"x" * self.random.randrange(30)] * count).error_code == Code.NONE
        self.records += [Record() for _ in range(count)]

    def fetch(self, member: Sharer) -> None:
        member.joins()
        most, mode = self.random.randrange(1, 30), self.random.randrange(2)
        got = member.fetches(max_records=most, share_acquire_mode=mode, batch_size=self.random.randrange(1, 10))
        offset = -1
        for first, last, count in got:
            assert offset < first <= last
            offset = last
            for record in self.records[first : last + 1]:
                self.delivered(record, member, count)
        assert mode == 0 or sum(last + 1 - first for first, last, _ in got) <= most

    def delivered(self, record: Record, member: Sharer, count: int) -> None:
        assert not record.is_done
        assert record.holder is None
        assert count in record.counts or (record.is_unsure and count <= record.deliveries + 1)
        assert count <= LIMIT
        record.holder, record.until_ms, record.is_unsure = member, self.world.clock.now_ms() + LOCK_MS, False
        record.deliveries += 1
        record.counts = {count}

    def say(self, member: Sharer) -> None:
        runs = self.runs(member)
        if not runs or not member.epoch:
            return
        first, last = self.random.choice(runs)
        first = self.random.randrange(first, last + 1)
        last = self.random.randrange(first, last + 1)
        renews = self.random.random() < 0.1
        kinds = [RENEW] if renews else [*DONE, RELEASE]
        types = [self.random.choice(kinds) for _ in range(first, last + 1)]
        if self.random.random() < 0.5:
            types = [types[0]]
        said = (first, last, types)
        for offset in range(first, last + 1):
            self.records[offset].is_unsure = True
        is_fetch = not renews and self.random.random() < 0.3
        if is_fetch:
            answer = member.begins(said, max_records=0).answer
            code = answer.responses[0].partitions[0].acknowledge_error_code
        else:
            code = member.says(said, renews=renews)
        assert code == Code.NONE
        for offset in range(first, last + 1):
            self.said(self.records[offset], types[(offset - first) % len(types)])

    def said(self, record: Record, kind: int) -> None:
        record.is_unsure = False
        if kind == RENEW:
            record.until_ms = self.world.clock.now_ms() + LOCK_MS
        elif kind == RELEASE:
            record.given_back(*record.counts)
        else:
            record.holder, record.is_done = None, True

    def wait(self, _member: Sharer) -> None:
        """Time goes on, and locks end."""
        self.world.clock.advance(milliseconds=self.random.randrange(LOCK_MS))
        self.world.tick()
        now_ms = self.world.clock.now_ms()
        for record in self.records:
            if record.holder is not None and record.until_ms <= now_ms:
                record.given_back(*record.counts)

    def vanish(self, member: Sharer) -> None:
        """A member's connection is gone; its records are there for others."""
        had_session = bool(member.epoch)
        member.vanishes()
        for record in self.records:
            if record.holder is member and had_session:
                record.given_back(*record.counts)

    def restart(self, _member: Sharer) -> None:
        """The server is killed between two requests."""
        self.disk.kill()
        self.open()

    def cut(self, _member: Sharer) -> None:
        """The power fails somewhere in what comes next."""
        self.disk.lose_power_at = self.disk.calls + self.random.randrange(1, 30)
        count = len(self.records)
        while True:
            member = self.random.choice(self.members)
            try:
                self.random.choice((self.produce, self.fetch, self.say, self.say))(member)
            except PowerLost:
                break
            count = len(self.records)
        self.disk.crash(self.entropy)
        self.open()
        end = self.world.fetch(self.topic, 0).high_watermark
        assert end >= count
        self.records = self.records[:end] + [Record() for _ in range(end - len(self.records))]

    def open(self) -> None:
        self.world = World(self.disk, self.world.clock, waits_for_sync=True)
        for member in self.members:
            member.world, member.epoch = self.world, 0
            member.joins()
        for record in self.records:
            if record.is_unsure or record.holder is not None:
                record.holder = None
            if not record.is_done:
                record.counts = set(range(1, max(record.counts) + 2))

    # What is so in the end

    def runs(self, member: Sharer) -> list[tuple[int, int]]:
        """What a member has."""
        found: list[tuple[int, int]] = []
        for offset, record in enumerate(self.records):
            if record.holder is member:
                if found and found[-1][1] == offset - 1:
                    found[-1] = (found[-1][0], offset)
                else:
                    found.append((offset, offset))
        return found

    def drain(self) -> None:
        """All that isn't done with comes, and is accepted."""
        for member in self.members:
            self.vanish(member)
        member = self.members[0]
        for _ in range(len(self.records) + LIMIT):
            self.fetch(member)
            for first, last in self.runs(member):
                assert member.says((first, last, [ACCEPT])) == Code.NONE
                for record in self.records[first : last + 1]:
                    self.said(record, ACCEPT)
        assert all(record.is_done or record.is_unsure for record in self.records)
        assert offsets(self.world) == [(0, len(self.records), 0)]


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_no_record_is_lost_and_none_comes_again(seed: int) -> None:
    Simulation(seed).run()
