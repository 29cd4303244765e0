"""Who may send next: lanes of tasks that are due, so that a slow endpoint holds up nobody but itself.

                  takes a second
    quick room  ------------------>  slow room
                <------------------
                  ends within one

Each room has place for so many sends in flight. A lane begins in the quick room; a send that takes a second goes on in
the slow one, and its lane stays there until a send of it is quick again. So a thousand endpoints that hang hold a place
of the quick room for a second, once, and after that only each other's.

Within a room, a lane may have a number of sends in flight that shrinks as the place that is left does, as a switch
shares its buffer among its ports: with nobody else there each has all it wants, with hundreds each has one or two.
"""

from collections import OrderedDict, deque
from typing import Final

from weirmq.engine.errands import Lane
from weirmq.engine.outbox import Task
from weirmq.kernel.clock import SECOND_MS
from weirmq.kernel.deadlines import Deadlines

MOST_IN_FLIGHT: Final = 1024  # sends of a room, each with its content in memory and perhaps a socket. Those that are
# slow for the first time come on top in the slow room
MOST_IN_LANE: Final = 64
SHARE: Final = 8  # a lane may have one send in flight for so much free place
SLOW_MS: Final = SECOND_MS
REMEMBERED: Final = 10_000  # slow lanes that have nothing to send
CATCH_UP_MS: Final = 20  # how much of a rate may be made up for, where a timer came late


class Room:
    """Sends in flight, and the lanes that may begin one. They take turns."""

    __slots__ = ("in_flight", "most", "ready")

    def __init__(self, most: int) -> None:
        self.most = most
        self.in_flight = 0
        self.ready: deque[Queue] = deque()

    @property
    def is_full(self) -> bool:
        """Whether nothing more may begin here."""
        return self.in_flight >= self.most

    def limit(self) -> int:
        """How many sends one lane may have in flight now."""
        return min(MOST_IN_LANE, max(1, (self.most - self.in_flight) // SHARE))


class Queue:
    """The tasks of one lane that wait to be sent."""

    __slots__ = ("in_flight", "is_listed", "lane", "next_ms", "room", "step_ms", "tasks")

    def __init__(self, lane: Lane, room: Room) -> None:
        self.lane = lane
        self.room = room
        self.tasks: deque[Task] = deque()
        self.in_flight = 0
        self.next_ms = 0.0  # not before then, where there is a rate
        self.step_ms = SECOND_MS / lane.rate_per_s if lane.rate_per_s else 0.0
        self.is_listed = False  # among those that may send now, or at a later time


class Sending:
    """A send in flight."""

    __slots__ = ("begun_ms", "is_over", "queue", "room", "task")

    def __init__(self, queue: Queue, task: Task, now_ms: int) -> None:
        self.queue = queue
        self.task = task
        self.room = queue.room
        self.begun_ms = now_ms
        self.is_over = False


class Lanes:
    """All lanes that have something to send, or in flight."""

    def __init__(self, most_in_flight: int = MOST_IN_FLIGHT) -> None:
        self.waiting = 0
        self._slow = Room(most_in_flight)
        self._quick = Room(most_in_flight)
        self._turn = [self._quick, self._slow]  # who is asked first
        self._young: deque[Sending] = (
            deque()
        )  # begun in the quick room, the oldest first; those that are over among them
        self._queues: dict[str, Queue] = {}
        self._paced: Deadlines[str] = Deadlines()  # those whose rate lets them send at a later time
        self._were_slow: OrderedDict[str, None] = OrderedDict()  # lanes that are forgotten else

    def __len__(self) -> int:
        return len(self._queues)

    @property
    def in_flight(self) -> int:
        """Sends that are begun and not over."""
        return self._quick.in_flight + self._slow.in_flight

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
            room = self._slow if lane.name in self._were_slow else self._quick
            queue = self._queues[lane.name] = Queue(lane, room)
        elif queue.lane != lane:
            queue.lane = lane
            queue.step_ms = SECOND_MS / lane.rate_per_s if lane.rate_per_s else 0.0
        return queue

    def begin(self, now_ms: int) -> Sending | None:
        """A send that may begin now; `end` is to be told when it is over. None where none may."""
        self._look_at_age(now_ms)
        while (name := self._paced.pop_due(now_ms)) is not None:
            queue = self._queues[name]
            queue.room.ready.append(queue)
        self._turn.reverse()
        first, second = self._turn
        return (
            self._begin_in(first, now_ms)
            or self._begin_in(second, now_ms)
            or self._begin_in(first, now_ms)  # the second may have sent somebody over
        )

    def _begin_in(self, room: Room, now_ms: int) -> Sending | None:
        while room.ready and not room.is_full:
            queue = room.ready.popleft()
            queue.is_listed = False
            if queue.room is not room:
                self._list(queue)
            elif queue.next_ms > now_ms:
                self._pace(queue)
            elif not queue.tasks:
                self._drop(queue)
            elif queue.in_flight < room.limit():
                return self._begin(queue, now_ms)
            # else it has something in flight, whose end lists it again
        return None

    def _begin(self, queue: Queue, now_ms: int) -> Sending:
        sending = Sending(queue, queue.tasks.popleft(), now_ms)
        self.waiting -= 1
        queue.in_flight += 1
        queue.room.in_flight += 1
        if queue.room is self._quick:
            self._young.append(sending)
        if queue.step_ms:
            is_on_time = now_ms - queue.next_ms <= CATCH_UP_MS
            queue.next_ms = (queue.next_ms if is_on_time else now_ms) + queue.step_ms
        self._list(queue)
        return sending

    def _look_at_age(self, now_ms: int) -> None:
        """Move those out of the quick room that take too long for it."""
        young = self._young
        while young and (young[0].is_over or young[0].begun_ms + SLOW_MS <= now_ms):
            sending = young.popleft()
            if not sending.is_over:
                sending.room = sending.queue.room = self._slow
                self._quick.in_flight -= 1
                self._slow.in_flight += 1

    def end(self, sending: Sending, elapsed_ms: int) -> None:
        """A send is over, and took so long."""
        queue = sending.queue
        sending.is_over = True
        sending.room.in_flight -= 1
        queue.in_flight -= 1
        queue.room = self._slow if elapsed_ms >= SLOW_MS else self._quick
        self._list(queue)

    def next_ms(self) -> int | None:
        """When somebody may send for whom it is only a matter of time; None where nobody waits for that."""
        paced_ms = self._paced.next_ms()
        if not (self._quick.ready and self._quick.is_full and self._young):
            return paced_ms
        place_ms = self._young[0].begun_ms + SLOW_MS
        return place_ms if paced_ms is None else min(paced_ms, place_ms)

    def _list(self, queue: Queue) -> None:
        """Let `begin` look at it: at what waits in it, or whether it is over."""
        if not queue.is_listed and (queue.tasks or not queue.in_flight):
            queue.is_listed = True
            queue.room.ready.append(queue)

    def _pace(self, queue: Queue) -> None:
        queue.is_listed = True
        self._paced.put(queue.lane.name, int(queue.next_ms) + 1)

    def _drop(self, queue: Queue) -> None:
        """Forget a lane that has nothing to send and nothing in flight, but for whether it is slow."""
        if queue.in_flight:
            return
        name = queue.lane.name
        del self._queues[name]
        self._were_slow.pop(name, None)
        if queue.room is self._slow:
            self._were_slow[name] = None
            if len(self._were_slow) > REMEMBERED:
                self._were_slow.popitem(last=False)
