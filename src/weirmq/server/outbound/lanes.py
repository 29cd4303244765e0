"""Who may send next: lanes of tasks that are due, so that a slow endpoint holds up nobody but itself.

A lane may have a number of sends in flight that shrinks as the room over all lanes does, as a switch shares its buffer
among its ports: whatever some lanes take, part of the room is left for the others. With nobody slow each has all it
wants; with eight endpoints that hang half of the room stays free, with hundreds each of them holds one or two sends.
"""

from collections import deque
from typing import Final

from weirmq.engine.errands import Lane
from weirmq.engine.outbox import Task
from weirmq.kernel.clock import SECOND_MS
from weirmq.kernel.deadlines import Deadlines

MOST_IN_FLIGHT: Final = 1024  # sends, each with its content in memory and perhaps a socket of its own
MOST_IN_LANE: Final = 64
SHARE: Final = 8  # a lane may have one send in flight for so much free room
CATCH_UP_MS: Final = 20  # how much of a rate may be made up for, where a timer came late


class Queue:
    """The tasks of one lane that wait to be sent."""

    __slots__ = ("in_flight", "is_listed", "lane", "next_ms", "step_ms", "tasks")

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.tasks: deque[Task] = deque()
        self.in_flight = 0
        self.next_ms = 0.0  # not before then, where there is a rate
        self.step_ms = SECOND_MS / lane.rate_per_s if lane.rate_per_s else 0.0
        self.is_listed = False  # among those that may send now, or at a later time


class Lanes:
    """All lanes that have something to send, or in flight."""

    def __init__(self, most_in_flight: int = MOST_IN_FLIGHT) -> None:
        self.in_flight = 0
        self.waiting = 0
        self._most = most_in_flight
        self._queues: dict[str, Queue] = {}
        self._ready: deque[Queue] = deque()  # they take turns
        self._paced: Deadlines[str] = Deadlines()  # those whose rate lets them send at a later time

    def __len__(self) -> int:
        return len(self._queues)

    def put(self, lane: Lane, task: Task) -> None:
        """Line up a task that is due."""
        queue = self._queues.get(lane.name)
        if queue is None or queue.lane is not lane:
            queue = self._renew(lane, queue)
        queue.tasks.append(task)
        self.waiting += 1
        self._list(queue)

    def _renew(self, lane: Lane, queue: Queue | None) -> Queue:
        """The lane's queue; a lane may have got another rate since."""
        if queue is None:
            queue = self._queues[lane.name] = Queue(lane)
        elif queue.lane != lane:
            queue.lane = lane
            queue.step_ms = SECOND_MS / lane.rate_per_s if lane.rate_per_s else 0.0
        return queue

    def begin(self, now_ms: int) -> tuple[Queue, Task] | None:
        """The next task that may be sent now, and its lane's queue, for `end`. None where none may."""
        while (name := self._paced.pop_due(now_ms)) is not None:
            self._ready.append(self._queues[name])
        while self._ready and self.in_flight < self._most:
            queue = self._ready.popleft()
            queue.is_listed = False
            if queue.next_ms > now_ms:
                self._pace(queue)
            elif not queue.tasks:
                self._drop(queue)
            elif queue.in_flight < self._limit():
                return queue, self._begin(queue, now_ms)
            # else it has something in flight, whose end lists it again
        return None

    def _begin(self, queue: Queue, now_ms: int) -> Task:
        task = queue.tasks.popleft()
        self.waiting -= 1
        queue.in_flight += 1
        self.in_flight += 1
        if queue.step_ms:
            is_on_time = now_ms - queue.next_ms <= CATCH_UP_MS
            queue.next_ms = (queue.next_ms if is_on_time else now_ms) + queue.step_ms
        self._list(queue)
        return task

    def end(self, queue: Queue) -> None:
        """A send of the lane is over."""
        queue.in_flight -= 1
        self.in_flight -= 1
        self._list(queue)

    def next_ms(self) -> int | None:
        """When a rate lets somebody send again; None where that isn't what anybody waits for."""
        return self._paced.next_ms()

    def _limit(self) -> int:
        return min(MOST_IN_LANE, max(1, (self._most - self.in_flight) // SHARE))

    def _list(self, queue: Queue) -> None:
        """Let `begin` look at it: at what waits in it, or whether it is over."""
        if not queue.is_listed and (queue.tasks or not queue.in_flight):
            queue.is_listed = True
            self._ready.append(queue)

    def _pace(self, queue: Queue) -> None:
        queue.is_listed = True
        self._paced.put(queue.lane.name, int(queue.next_ms) + 1)

    def _drop(self, queue: Queue) -> None:
        """Forget a lane that has nothing to send and nothing in flight."""
        if not queue.in_flight:
            del self._queues[queue.lane.name]
