import itertools

from weirmq.engine.errands import Lane
from weirmq.engine.outbox import Post, Task
from weirmq.server.outbound.lanes import MOST_IN_LANE, REMEMBERED, SLOW_MS, Lanes, Sending

NOW_MS = 1_700_000_000_000


def task(number: int, target: str = "a") -> Task:
    return Task(number, target, Post("test", 0, NOW_MS, 1, number), 0, NOW_MS)


def filled(lanes: Lanes, lane: Lane, numbers: range) -> None:
    for number in numbers:
        lanes.put(lane, task(number))


def begun(lanes: Lanes, now_ms: int = NOW_MS) -> list[tuple[Sending, int]]:
    found = []
    while (sending := lanes.begin(now_ms)) is not None:
        found.append((sending, sending.task.number))
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
    lanes.end(first[0][0], 5)
    assert [number for _, number in begun(lanes)] == [MOST_IN_LANE]


def test_lanes_that_hang_always_leave_room_for_others() -> None:
    lanes = Lanes(1024)
    for number in range(200):
        filled(lanes, Lane(f"slow-{number}"), range(50))
    held = len(begun(lanes))
    assert held < 1000
    lanes.put(Lane("quick"), task(1))
    assert [number for _, number in begun(lanes)] == [1]


def test_eight_lanes_that_hang_leave_half_of_the_room() -> None:
    lanes = Lanes(1024)
    for number in range(8):
        filled(lanes, Lane(f"slow-{number}"), range(500))
    assert len(begun(lanes)) <= 8 * MOST_IN_LANE == 512


def test_no_more_begin_than_there_is_place_for() -> None:
    lanes = Lanes(10)
    for number in range(40):
        filled(lanes, Lane(str(number)), range(2))
    first = begun(lanes)
    assert len(first) == 10
    for sending, _ in first[:3]:
        lanes.end(sending, 5)
    assert len(begun(lanes)) == 3


def test_a_thousand_that_hang_hold_up_others_once_and_then_only_each_other() -> None:
    lanes = Lanes(10)
    for number in range(1000):
        filled(lanes, Lane(f"slow-{number}"), range(2))
    held = begun(lanes)
    lanes.put(Lane("quick"), task(1))
    assert begun(lanes, NOW_MS + SLOW_MS - 1) == []
    assert lanes.next_ms() == NOW_MS + SLOW_MS
    now_ms = NOW_MS
    while lanes.in_flight < 1000:  # each of them is tried once
        now_ms += SLOW_MS
        held += begun(lanes, now_ms)
    held += begun(lanes, now_ms + SLOW_MS)
    assert held[-1][0].queue.lane.name == "quick"
    for sending, _ in held:
        lanes.end(sending, 15_000)
    again = begun(lanes, now_ms)
    assert 0 < len(again) <= 10  # by now they have the slow room's places alone
    lanes.put(Lane("another"), task(3))
    assert [number for _, number in begun(lanes, now_ms)] == [3]


def test_a_lane_is_slow_until_it_is_quick_again() -> None:
    lanes = Lanes(2)
    for name in ("a", "b"):  # each of them ends slow, and is forgotten but for that
        filled(lanes, Lane(name), range(1))
        [(sending, _)] = begun(lanes)
        lanes.end(sending, SLOW_MS)
        begun(lanes)
    assert len(lanes) == 0
    for name in ("a", "b", "c", "d", "e"):
        filled(lanes, Lane(name), range(1))
    first = {sending.queue.lane.name: sending for sending, _ in begun(lanes)}
    assert first.keys() == {"a", "b", "c", "d"}
    filled(lanes, Lane("a"), range(1, 2))
    lanes.end(first["a"], 5)
    assert begun(lanes) == []  # "a" would be quick, and there is no place
    lanes.end(first["c"], 5)
    lanes.end(first["d"], 5)
    assert {sending.queue.lane.name for sending, _ in begun(lanes)} == {"a", "e"}


def test_so_many_slow_lanes_are_remembered() -> None:
    lanes = Lanes()
    for number in range(REMEMBERED + 5):
        filled(lanes, Lane(str(number)), range(1))
        [(sending, _)] = begun(lanes)
        lanes.end(sending, SLOW_MS)
        begun(lanes)
    assert len(lanes._were_slow) == REMEMBERED


def test_all_are_begun_in_the_end_and_no_lane_is_left_over() -> None:
    lanes = Lanes(16)
    for number in range(30):
        filled(lanes, Lane(str(number % 7)), range(10))
    done = 0
    while running := begun(lanes):
        for sending, _ in running:
            lanes.end(sending, 5)
        done += len(running)
    assert done == 300
    assert (lanes.in_flight, lanes.waiting, len(lanes)) == (0, 0, 0)


def test_a_rate_spreads_the_sends_over_the_second() -> None:
    lanes = Lanes()
    filled(lanes, Lane("a", 10), range(100))
    times = []
    for now_ms in range(NOW_MS, NOW_MS + 2000):
        for sending, _ in begun(lanes, now_ms):
            times.append(now_ms - NOW_MS)
            lanes.end(sending, 5)
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
    ((sending, _),) = begun(lanes)
    lanes.end(sending, 5)
    begun(lanes)
    assert len(lanes) == 1
    begun(lanes, NOW_MS + 1001)
    assert len(lanes) == 0
    assert lanes.next_ms() is None
