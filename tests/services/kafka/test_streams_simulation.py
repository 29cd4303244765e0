"""Random threads of a Kafka Streams application, which lose answers, hang, leave and come back: no task is with two of
them, no task twice in a process, and in the end all tasks run.
"""

from random import Random
from typing import Any

import pytest

from tests.services.kafka.sharing import configure
from tests.services.kafka.streaming import Thread, subtopology, topology
from tests.services.kafka.world import World
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_partitions_request import CreatePartitionsRequest, CreatePartitionsTopic
from weirmq.wire.kafka.messages.streams_group_describe_request import StreamsGroupDescribeRequest
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import TaskIds

Task = tuple[str, int]
OF = topology(subtopology("0", "rivers"), subtopology("1", "brooks", stores=["dams"]))
STEPS, THREADS, PROCESSES = 300, 6, 3
SESSION_MS = 45_000
REBALANCE_MS = 4 * SESSION_MS  # time for a lost answer, for the next one, and for a heartbeat that puts it off


class Client:
    """A thread that takes a while to give up tasks, as real ones do. `runs` and `keeps` are what it really has.

    It puts that off for one heartbeat at most.
    """

    def __init__(self, world: World, number: int) -> None:
        self.thread = Thread(world.ask, f"t{number}", f"p{number % PROCESSES}", of=OF)
        self.is_in = self.has_put_off = False
        self.runs: set[Task] = set()
        self.keeps: set[Task] = set()
        self.heard_ms = 0

    def join(self, **members: Any) -> None:
        self.runs, self.keeps, self.is_in = set(), set(), True
        assert not self.thread.join(rebalance_timeout_ms=REBALANCE_MS, **members).error_code
        self.take()

    def drop(self) -> None:
        """It has nothing any more: it left, or knows that it was silent for too long."""
        self.runs, self.keeps, self.is_in = set(), set(), False

    def beat(self, random: Random, *, loses: bool) -> None:
        """A heartbeat; the answer may be lost on the way."""
        self.has_put_off = not self.has_put_off and random.random() < 0.3
        if not self.has_put_off:  # what it was told to give up it has given up by now
            self.runs &= _set_of(self.thread.active)
            self.keeps &= _set_of(self.thread.standby)
        request = self.thread.request(
            active_tasks=_list_of(self.runs), standby_tasks=_list_of(self.keeps), warmup_tasks=[]
        )
        if loses:
            self.thread.asks(request)
            return
        answer = self.thread.beat(
            active_tasks=request.active_tasks, standby_tasks=request.standby_tasks, warmup_tasks=[]
        )
        if answer.error_code:
            assert answer.error_code in {Code.FENCED_MEMBER_EPOCH, Code.UNKNOWN_MEMBER_ID}
            self.join()
            return
        self.take()

    def take(self) -> None:
        """Run what it is told to, once it has given up the rest."""
        active, standby = _set_of(self.thread.active), _set_of(self.thread.standby)
        if self.runs <= active and self.keeps <= standby:
            self.runs, self.keeps = active, standby


def _set_of(tasks: list[TaskIds]) -> set[Task]:
    return {(each.subtopology_id, index) for each in tasks for index in each.partitions}


def _list_of(tasks: set[Task]) -> list[TaskIds]:
    return [TaskIds(name, [index for other, index in sorted(tasks) if other == name]) for name in {t[0] for t in tasks}]


class Simulation:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a simulation
        self.world = World()
        self.sizes = {"rivers": 3, "brooks": 2}
        for name, count in self.sizes.items():
            self.world.topic(name, count)
        replicas = str(self.random.randrange(3))
        configure(self.world, streams_num_standby_replicas=replicas, streams_initial_rebalance_delay_ms="1000")
        self.clients = [Client(self.world, number) for number in range(THREADS)]

    def run(self) -> None:
        for _ in range(STEPS):
            client = self.random.choice(self.clients)
            steps = (self.beat, self.hang, self.leave, self.grow)
            self.random.choices(steps, (20, 1, 1, 0.2))[0](client)
            self.wait(self.random.randrange(1_000))
            self.check()
        self.drain()

    def wait(self, wait_ms: int) -> None:
        self.world.clock.advance(milliseconds=wait_ms)
        self.world.tick()
        now_ms = self.world.clock.now_ms()
        for each in self.clients:
            if each.is_in and now_ms - each.heard_ms >= SESSION_MS:
                each.drop()  # it stops by itself, as clients do

    def beat(self, client: Client) -> None:
        loses = self.random.random() < 0.1
        if client.is_in:
            client.beat(self.random, loses=loses)
        else:
            client.join()
            loses = False
        if not loses:
            client.heard_ms = self.world.clock.now_ms()

    def hang(self, client: Client) -> None:
        client.drop()  # and doesn't say so
        self.wait(self.random.choice((100, 10_000, SESSION_MS)))

    def leave(self, client: Client) -> None:
        if client.is_in:
            client.thread.leave()
            client.drop()

    def grow(self, _client: Client) -> None:
        name = self.random.choice(sorted(self.sizes))
        if name == "rivers":  # the changelog of the other can't grow
            self.sizes[name] += 1
            self.world.ask(CreatePartitionsRequest([CreatePartitionsTopic(name, self.sizes[name], None)], 1_000))

    def check(self) -> None:
        """Nothing is run twice, or kept beside what is run in the same process, even by those that hang."""
        run = [task for each in self.clients for task in each.runs]
        assert len(run) == len(set(run))
        for process in {each.thread.process for each in self.clients}:
            here = [each for each in self.clients if each.thread.process == process]
            has = [task for each in here for task in (*each.runs, *each.keeps)]
            assert len(has) == len(set(has))

    def drain(self) -> None:
        """All are there, and nothing goes wrong any more."""
        for _ in range(20):
            for each in self.clients:
                if each.is_in:
                    each.beat(self.random, loses=False)
                else:
                    each.join()
                each.heard_ms = self.world.clock.now_ms()
                self.check()
            self.wait(1_000)
        (found,) = self.world.ask(StreamsGroupDescribeRequest(["g"])).groups
        assert found.group_state == "Stable"
        every = {("0", index) for index in range(self.sizes["rivers"])} | {("1", 0), ("1", 1)}
        assert {task for each in self.clients for task in each.runs} == every


@pytest.mark.parametrize("seed", range(20))
def test_no_task_is_run_twice_and_all_are_run(seed: int) -> None:
    Simulation(seed).run()
