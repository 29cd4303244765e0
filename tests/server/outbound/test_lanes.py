import itertools

from weirmq.engine.errands import Lane
from weirmq.engine.outbox import Post, Task
from weirmq.server.outbound.lanes import MOST_IN_LANE, Lanes, Queue

NOW_MS = 1_700_000_000_000


def task(number: int, target: str = "a") -> Task:
    return Task(number, target, Post("test", 0, 0, NOW_MS, 1, number), 0, NOW_MS)


def filled(lanes: Lanes, lane: Lane, numbers: range) -> None:
    for number in numbers:
        lanes.put(lane, task(number))


def begun(lanes: Lanes, now_ms: int = NOW_MS) -> list[tuple[Queue, int]]:
    found = []
    while (next_one := lanes.begin(now_ms)) is not None:
        found.append((next_one[0], next_one[1].number))
    return found


def test_a_lane_keeps_its_order_and_lanes_take_turns() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a"), range(3))
    filled(lanes, Lane("b"), range(10, 12))
    assert [number for _, number in begun(lanes)] == [0, 10, 1, 11, 2]
    assert (lanes.in_flight, lanes.waiting) == (5, 0)


def test_a_lane_has_so_many_in_flight_and_begins_the_next_when_one_ends() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a"), range(100))
    first = begun(lanes)
    assert len(first) == MOST_IN_LANE
    lanes.end(first[0][0])
    assert [number for _, number in begun(lanes)] == [MOST_IN_LANE]


def test_lanes_that_hang_always_leave_room_for_others() -> None:
    lanes = Lanes(1024)
    for number in range(200):
        filled(lanes, Lane(f"slow-{number}"), range(50))
    held = len(begun(lanes))
    assert held < 1000
    lanes.put(Lane("quick"), task(1))
    assert [number for _, number in begun(lanes)] == [1]


def test_eight_lanes_that_hang_leave_half() -> None:
    lanes = Lanes(1024)
    for number in range(8):
        filled(lanes, Lane(f"slow-{number}"), range(500))
    assert len(begun(lanes)) <= 8 * MOST_IN_LANE == 512


def test_there_are_never_more_than_the_most() -> None:
    lanes = Lanes(10)
    for number in range(40):
        filled(lanes, Lane(str(number)), range(2))
    first = begun(lanes)
    assert len(first) == 10
    for queue, _ in first[:3]:
        lanes.end(queue)
    assert len(begun(lanes)) == 3


def test_all_are_begun_in_the_end_and_no_lane_is_left_over() -> None:
    lanes = Lanes(16)
    for number in range(30):
        filled(lanes, Lane(str(number % 7)), range(10))
    done = 0
    while running := begun(lanes):
        for queue, _ in running:
            lanes.end(queue)
        done += len(running)
    assert done == 300
    assert (lanes.in_flight, lanes.waiting, len(lanes)) == (0, 0, 0)


def test_a_rate_spreads_the_sends_over_the_second() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a", 10), range(100))
    times = []
    for now_ms in range(NOW_MS, NOW_MS + 2000):
        for queue, _ in begun(lanes, now_ms):
            times.append(now_ms - NOW_MS)
            lanes.end(queue)
    assert 19 <= len(times) <= 21
    assert all(90 <= later - earlier <= 110 for earlier, later in itertools.pairwise(times))


def test_a_rate_holds_up_nobody_else_and_says_when_it_goes_on() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a", 1), range(2))
    filled(lanes, Lane("b"), range(10, 13))
    assert [number for _, number in begun(lanes)] == [0, 10, 11, 12]
    assert lanes.next_ms() == NOW_MS + 1001
    assert begun(lanes, NOW_MS + 999) == []
    assert [number for _, number in begun(lanes, NOW_MS + 1001)] == [1]


def test_a_rate_is_not_saved_up() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a", 10), range(1))
    begun(lanes)
    filled(lanes, Lane("a", 10), range(50))
    assert len(begun(lanes, NOW_MS + 60_000)) == 1


def test_a_timer_that_comes_late_costs_little_of_the_rate() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a", 100), range(1000))
    sent = sum(len(begun(lanes, now_ms)) for now_ms in range(NOW_MS, NOW_MS + 500, 16))
    assert 48 <= sent <= 51


def test_a_rate_may_change() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a", 1), range(2))
    assert len(begun(lanes)) == 1
    filled(lanes, Lane("a"), range(2, 4))
    assert len(begun(lanes, NOW_MS + 1001)) == 3


def test_a_lane_with_a_rate_is_forgotten_when_its_time_has_passed() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a", 1), range(1))
    ((queue, _),) = begun(lanes)
    lanes.end(queue)
    begun(lanes)
    assert len(lanes) == 1
    begun(lanes, NOW_MS + 1001)
    assert len(lanes) == 0
    assert lanes.next_ms() is None
