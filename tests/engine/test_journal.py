import errno
from contextlib import suppress
from typing import Any

import pytest

from tests.engine.shelf import LOG, NOW_MS, SNAPSHOTS, House, Life, Put, Taken
from weirmq.engine.journal import RESERVE_STEP_BYTES, SPARED_BYTES, SPARED_PART
from weirmq.kernel.errors import LogDamaged, LogFailed, NoRoom
from weirmq.log.batch import headers, hollow
from weirmq.log.files import FileLog
from weirmq.log.memory import MemoryLog
from weirmq.log.snapshots import write_snapshot
from weirmq.testing.disk import PowerLost, SimulatedDisk

TEXT_BYTES = 300  # so that some thousands of facts fill more than one segment

# Commit, hold, flush, synced


def test_facts_apply_at_once_at_the_offset_that_they_get() -> None:
    life = Life()
    life.put("a", "one")
    life.journal.flush()
    life.put("b", "two")
    assert life.shelf.seen == [(Put("a", "one"), 0, NOW_MS), (Put("b", "two"), 1, NOW_MS)]
    assert life.texts() == {"a": "one", "b": "two"}  # one is written, the other still pending
    assert (life.log.end, life.journal.end) == (1, 2)


def test_a_fact_that_cannot_be_applied_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    life, gone = Life(), list[str]()
    life.put("a", "one")
    life.journal.hold(gone.append, "answer")
    monkeypatch.setattr(life.shelf, "apply", lambda *_: 1 // 0)
    for attempt in (lambda: life.put("b", "two"), life.journal.flush):
        with pytest.raises(LogFailed, match="ZeroDivisionError"):
            attempt()
    assert (life.log.end, gone) == (0, [])


def test_one_flush_is_one_batch() -> None:
    life = Life()
    for number in range(5):
        life.put(str(number), "text")
    life.journal.flush()
    life.journal.flush()
    assert [header.count for _, header in headers(life.log.read(0, 1 << 20))] == [5]


def test_answers_leave_in_order_when_what_they_rest_on_is_durable() -> None:
    life, gone = Life(waits_for_sync=True), list[str]()
    life.journal.hold(gone.append, "before any change")
    life.put("a", "one")
    life.journal.hold(gone.append, "first")
    life.journal.flush()
    life.put("b", "two")
    life.journal.hold(gone.append, "second")
    assert gone == ["before any change"]
    life.journal.synced(0)
    assert gone == ["before any change"]
    life.journal.synced(1)
    assert gone == ["before any change", "first"]
    life.journal.flush()
    life.journal.synced(life.log.sync())
    assert gone == ["before any change", "first", "second"]


def test_without_syncs_a_flush_is_enough() -> None:
    life, gone = Life(), list[str]()
    life.put("a", "one")
    life.journal.hold(gone.append, "answer")
    assert not gone
    life.journal.flush()
    assert gone == ["answer"]


def test_nobody_waits_for_what_isnt_urgent() -> None:
    life, gone = Life(waits_for_sync=True), list[str]()
    life.journal.commit(life.shelf, [Put("a", "one")], NOW_MS, urgent=False)
    life.journal.hold(gone.append, "answer")
    assert gone == ["answer"]
    life.put("b", "two")
    life.journal.commit(life.shelf, [Taken("a")], NOW_MS, urgent=False)
    life.journal.flush()
    life.journal.hold(gone.append, "rests on b")
    life.journal.synced(2)
    assert gone == ["answer", "rests on b"]


def test_time_never_runs_back() -> None:
    life = Life()
    life.put("a", "one", NOW_MS)
    life.put("b", "two", NOW_MS - 5)
    assert [now_ms for *_, now_ms in life.shelf.seen] == [NOW_MS, NOW_MS]
    assert life.journal.latest_ms == NOW_MS


def test_facts_of_several_machines_are_one_commit() -> None:
    life = Life()
    life.journal.commit(
        life.shelf, [Taken("a")], NOW_MS, also=[(life.drawer, [Put("a", "one"), Put("b", "two")]), (life.shelf, [])]
    )
    life.journal.flush()
    assert [header.count for _, header in headers(life.log.read(0, 1 << 20))] == [3]
    again = Life(life.log)
    assert again.journal.replay([], 0) == 3
    assert again.drawer.seen == life.drawer.seen
    assert again.texts(again.drawer) == {"a": "one", "b": "two"}
    assert again.shelf.seen == [(Taken("a"), 0, NOW_MS)]


def test_without_room_nothing_changes() -> None:
    disk = SimulatedDisk()
    life = Life(FileLog(disk, LOG, 4096))
    life.put("a", "one")
    life.journal.flush()
    end, seen, blocks = life.journal.end, len(life.shelf.seen), repr(life.journal.holdings.blocks)
    disk.fail("allocate", error=errno.ENOSPC)
    with pytest.raises(NoRoom):
        life.journal.commit(
            life.shelf, [Put("b", "x" * (2 << 20))], NOW_MS + 9, also=[(life.drawer, [Put("c", "three")])]
        )
    assert (life.journal.end, len(life.shelf.seen), repr(life.journal.holdings.blocks)) == (end, seen, blocks)
    assert life.drawer.seen == []
    assert life.journal.latest_ms == NOW_MS
    life.put("b", "there is room again")
    assert life.texts() == {"a": "one", "b": "there is room again"}


def test_much_is_written_before_it_is_gathered() -> None:
    life = Life()
    for number in range(6):
        life.put(str(number), "x" * (1 << 20))
    assert 0 < life.log.end < 6


def test_a_failed_write_lets_no_answer_go() -> None:
    disk, gone = SimulatedDisk(), list[str]()
    life = Life(FileLog(disk, LOG, 1 << 16))
    life.put("a", "one")
    life.journal.hold(gone.append, "answer")
    disk.fail("write")
    with pytest.raises(LogFailed):
        life.journal.flush()
    assert not gone


# Read back


def test_payloads_are_read_back_when_memory_has_let_go_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.engine.journal.RECENT_BYTES", 100)
    monkeypatch.setattr("weirmq.engine.journal.PAGED_BYTES", 200)
    life = Life()
    for number in range(50):
        life.put(str(number), f"text {number}")
        life.journal.flush()
    assert life.texts() == {str(number): f"text {number}" for number in range(50)}


def test_a_payload_is_its_machines_own() -> None:
    life = Life()
    life.put("a", "one")
    life.journal.flush()
    again = Life(life.log)
    again.journal.replay([], 0)
    with pytest.raises(LogDamaged, match="drawer was told to read a payload of shelf"):
        again.journal.read(again.drawer, 0)


def test_a_payload_that_a_repair_has_taken() -> None:
    log = MemoryLog()
    log.append(hollow(0, 3))
    life = Life(log)
    life.journal.replay([], 0)
    with pytest.raises(LogDamaged, match="lost here when the log was repaired"):
        life.journal.read(life.shelf, 1)


# Replay


def test_replay_is_the_same_life_again() -> None:
    life = Life()
    for number in range(300):
        life.put(str(number % 7), f"text {number}", NOW_MS + number)
        if number % 5 == 0:
            life.take(str(number % 7), NOW_MS + number)
        if number % 11 == 0:
            life.journal.flush()
    life.journal.flush()
    again = Life(life.log)
    assert again.journal.replay([], 0) == len(life.shelf.seen)
    assert again.shelf.seen == life.shelf.seen
    assert again.journal.holdings.blocks == life.journal.holdings.blocks
    assert again.journal.latest_ms == life.journal.latest_ms
    assert (again.journal.end, again.journal.durable) == (life.journal.end, life.journal.end)
    assert again.texts() == life.texts()


def test_replay_steps_over_what_a_repair_left_empty() -> None:
    life = Life()
    life.put("a", "one")
    life.journal.flush()
    life.log.append(hollow(0, 100))
    life.journal.flush()
    later = Life(life.log)
    later.journal.replay([], 0)
    later.put("b", "two")
    later.journal.flush()
    again = Life(life.log)
    assert again.journal.replay([], 0) == 2
    assert [offset for _, offset, _ in again.shelf.seen] == [0, 101]


def test_a_log_that_doesnt_reach_the_snapshot_is_refused() -> None:
    with pytest.raises(LogDamaged, match="its newest snapshot ends at 5"):
        Life().journal.replay([], 5)


def test_a_log_that_begins_after_the_snapshot_is_refused() -> None:
    life = Life()
    for number in range(10):
        life.put(str(number), "text")
        life.journal.flush()
    life.log.trim(6)
    with pytest.raises(LogDamaged):
        Life(life.log).journal.replay([], 3)


def test_facts_of_a_machine_that_isnt_there() -> None:
    class Attic(type(Life().shelf)):  # type: ignore[misc]
        name = "attic"

    life = Life()
    attic: Any = Attic(life.journal.holdings)
    life.journal.join(attic)
    life.journal.commit(attic, [Put("a", "one")], NOW_MS)
    life.journal.flush()
    with pytest.raises(LogDamaged, match="'attic', which this version doesn't know"):
        Life(life.log).journal.replay([], 0)


# Snapshots and winning back space


def test_a_snapshot_and_the_tail_after_it() -> None:
    house = House()
    life = house.begin()
    life.put("a", "one")
    life.put("b", "two")
    house.snapshot(life)
    life.take("a")
    life.put("c", "three")
    house.settle(life)
    again = house.begin()
    assert len(again.shelf.seen) == 2  # the tail alone
    assert again.texts() == life.texts() == {"b": "two", "c": "three"}
    assert again.journal.holdings.blocks == life.journal.holdings.blocks


def test_many_short_lives_win_back_space_too() -> None:
    """Each writes a snapshot at its end, and is too short for another one."""
    house = House()
    for number in range(4):
        life = house.begin()
        life.journal.trim()
        _turn_over(life, 0, 6000)
        house.settle(life)
        write_snapshot(house.disk, SNAPSHOTS, life.journal.end, life.journal.snapshot())
        assert life.log.start > 6000 * (number - 2)
        life.log.close()


def test_a_snapshot_knows_the_time_although_no_fact_comes_after_it() -> None:
    house = House()
    life = house.begin()
    life.put("a", "one", NOW_MS + 77)
    house.snapshot(life)
    assert house.begin().journal.latest_ms == NOW_MS + 77


def test_blocks_come_last_in_a_snapshot() -> None:
    life = Life()
    life.put("a", "one")
    life.journal.flush()
    assert [key for key, _ in life.journal.snapshot()] == [b"shelf", b"journal", b"journal"]


def test_space_is_won_back_up_to_the_snapshot_before_the_newest() -> None:
    house = House()
    life = house.begin()
    _turn_over(life, 0, 6000)
    house.snapshot(life)
    assert life.log.start == 0  # should this snapshot turn out damaged, all is replayed
    _turn_over(life, 6000, 6500)
    house.snapshot(life)
    assert 0 < life.log.start <= 6000
    house.settle(life)
    assert house.begin().texts() == life.texts()


def _turn_over(life: Life, first: int, last: int) -> None:
    """One text comes, the one before goes."""
    for number in range(first, last):
        life.put("newest", f"text {number}".ljust(TEXT_BYTES))
        if number % 10 == 0:
            life.journal.flush()
    life.journal.flush()


def test_a_held_payload_keeps_the_log_until_it_is_copied_forward() -> None:
    house = House()
    life = house.begin(slack_bytes=0)
    life.put("old", "still wanted")
    _turn_over(life, 0, 9000)
    house.snapshot(life)
    house.snapshot(life)
    assert life.log.start == 0
    while life.journal.copy_forward(200):
        pass
    life.journal.flush()
    life.journal.trim()
    assert life.log.start > 0
    assert life.texts()["old"] == "still wanted"
    house.settle(life)
    again = house.begin()
    assert again.texts() == life.texts()
    assert again.journal.holdings.blocks == life.journal.holdings.blocks


def test_what_is_copied_is_copied_once() -> None:
    house = House(segment_bytes=1 << 20)
    life = house.begin(slack_bytes=0)
    for number in range(100):
        life.put(f"kept {number}", "text")
    _turn_over(life, 0, 9000)
    house.snapshot(life)
    house.snapshot(life)
    before = life.journal.end
    for _ in range(1000):  # the log is one segment, so it stays wasteful whatever is copied
        life.journal.copy_forward(50)
    assert life.journal.end - before <= 101
    assert not life.journal.copy_forward(50)


def test_copying_goes_on_when_snapshots_have_moved_on_meanwhile() -> None:
    house = House()
    life = house.begin(slack_bytes=0)
    for number in range(100):
        life.put(f"kept {number}", "text")
    _turn_over(life, 0, 9000)
    house.snapshot(life)
    house.snapshot(life)
    assert life.journal.copy_forward(9050)  # not yet as far as it may
    _turn_over(life, 0, 9000)
    house.snapshot(life)
    house.snapshot(life)
    rounds = 0
    while life.journal.copy_forward(50):
        rounds += 1
        assert rounds < 500
    life.journal.trim()
    assert life.log.start > 9000


def test_nothing_is_copied_that_a_replay_would_need_anyway() -> None:
    house = House(segment_bytes=1 << 20)
    life = house.begin(slack_bytes=0)
    life.put("old", "text")
    _turn_over(life, 0, 9000)
    house.snapshot(life)
    house.snapshot(life)
    life.put("young", "text")
    house.settle(life)
    where = life.shelf.offsets["young"]
    while life.journal.copy_forward(20_000):
        pass
    assert life.shelf.offsets["old"][0] > where[0]
    assert life.shelf.offsets["young"] == where


def test_copying_without_room_goes_on_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.engine.journal.RESERVE_STEP_BYTES", 0)
    house = House()
    life = house.begin(slack_bytes=0)
    life.put("old", "still wanted")
    _turn_over(life, 0, 9000)
    house.snapshot(life)
    house.snapshot(life)
    with monkeypatch.context() as full:
        full.setattr(life.log, "reserve", _refuse)
        with pytest.raises(NoRoom):
            life.journal.copy_forward(200)
    assert life.journal.copy_forward(200)
    assert life.shelf.offsets["old"][0] > 9000
    assert life.texts()["old"] == "still wanted"


def _refuse(_size: int) -> None:
    raise NoRoom("full")


@pytest.mark.parametrize("seed", range(25))
def test_copying_forward_survives_a_crash_anywhere(seed: int) -> None:
    """Whatever the disk kept, all that was durable is there afterwards, and is read from where it stands."""
    house = House()
    life = house.begin(slack_bytes=0)
    for number in range(40):
        life.put(f"kept {number}", f"text {number}")
    _turn_over(life, 0, 5000)
    house.snapshot(life)
    house.snapshot(life)
    expected = life.texts()
    house.disk.lose_power_at = house.disk.calls + 1 + seed
    with suppress(LogFailed, PowerLost):
        while life.journal.copy_forward(7):
            life.journal.flush()
            life.journal.trim()
            life.log.sync()
    house.crash(seed)
    assert house.begin().texts() == expected


def test_few_large_payloads_are_let_go_of_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holdings counts in blocks of thousands of offsets: a log may lie in one of them as a whole."""
    monkeypatch.setattr("weirmq.engine.journal.RESERVE_STEP_BYTES", 0)
    monkeypatch.setattr("weirmq.engine.journal.SPARED_BYTES", 0)
    house = House()
    life = house.begin(slack_bytes=0)
    life.put("old", "still wanted")
    _turn_over(life, 0, 500)
    house.snapshot(life)
    house.snapshot(life)
    assert life.journal.holdings.first_held() == 0
    while life.journal.copy_forward(200):
        pass
    life.journal.trim()
    assert life.log.start > 400
    house.settle(life)
    assert house.begin().texts() == life.texts() == {"old": "still wanted", "newest": "text 499".ljust(TEXT_BYTES)}


@pytest.mark.parametrize("text", ["", "\N{SNOWMAN}" * 100])
def test_what_is_held_is_never_taken_for_waste(text: str) -> None:
    """It takes more of the log than it has letters, but copying would win nothing."""
    house = House()
    life = house.begin(slack_bytes=4096)
    for number in range(500):
        life.put(str(number), text)
        life.journal.flush()
    house.snapshot(life)
    house.snapshot(life)
    assert abs(life.journal.wasted()) < life.log.size / 4
    assert not life.journal.copy_forward(1)


def test_a_full_disk_is_won_back_from_between_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of all messages stay, those behind them go: nothing can be trimmed before the first are copied."""
    monkeypatch.setattr("weirmq.engine.journal.RESERVE_STEP_BYTES", 500)
    monkeypatch.setattr("weirmq.engine.journal.SPARED_BYTES", 500)
    monkeypatch.setattr("weirmq.engine.holdings.SHORT_BYTES", 4_096)
    house = House()
    life = house.begin()
    for number in range(7):
        life.put(f"kept {number}", "text".ljust(TEXT_BYTES))
    _turn_over(life, 0, 100)
    house.snapshot(life)
    house.snapshot(life)
    house.disk.capacity_bytes = life.log.size + 20_000
    with pytest.raises(NoRoom):
        _fill(life)
    house.settle(life)
    while life.journal.copy_forward(50):
        pass
    life.journal.trim()
    house.settle(life)
    _turn_over(life, 0, 50)
    house.settle(life)
    assert list(house.begin().texts()) == [*(f"kept {number}" for number in range(7)), "newest"]


class NarrowLog(MemoryLog):
    """One on a disk that has so much room."""

    room_bytes = 10_000_000

    def has_room(self, size: int) -> bool:
        return size <= self.room_bytes


@pytest.mark.parametrize("kept_bytes", [0, 1_000_000])
def test_payloads_leave_room_for_a_snapshot_and_for_what_makes_room(kept_bytes: int) -> None:
    log = NarrowLog()
    life = Life(log)
    journal = life.journal
    journal.kept_bytes = kept_bytes
    for number in range(64):
        life.put(str(number), "x" * 100_000)
        journal.flush()
    left, copied = log.size // SPARED_PART, journal._copying_bytes()
    assert min(left, copied) > 50_000
    log.room_bytes = 2 * RESERVE_STEP_BYTES + SPARED_BYTES + left + copied + kept_bytes
    with pytest.raises(NoRoom, match="kept for winning back space"):
        life.put("more", "x" * RESERVE_STEP_BYTES)
    assert (journal.is_short, journal.is_pressed) == (True, False)
    log.room_bytes = SPARED_BYTES + left // 2 + copied
    assert not journal.is_pressed
    log.room_bytes -= 1
    assert journal.is_pressed
    for number in range(64):
        life.take(str(number))  # what makes room still has some
        journal.flush()
    assert life.texts() == {}
    log.room_bytes = 10_000_000
    life.put("more", "x" * RESERVE_STEP_BYTES)
    assert (journal.is_short, journal.is_pressed) == (False, False)


def _fill(life: Life) -> None:
    for number in range(1_000):
        _turn_over(life, number, number + 1)


def test_in_memory_space_is_won_back_without_snapshots() -> None:
    life = Life(slack_bytes=0)
    life.put("old", "still wanted")
    _turn_over(life, 0, 9000)
    life.journal.nothing_to_replay()
    while life.journal.copy_forward(500):
        pass
    life.journal.flush()
    life.journal.trim()
    assert life.log.start > 0
    assert life.texts() == {"old": "still wanted", "newest": "text 8999".ljust(TEXT_BYTES)}
    assert life.journal.bytes_since_snapshot < 1000
