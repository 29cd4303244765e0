import sys
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.posts import Obedient, Post, PostOffice
from tests.engine.shelf import NOW_MS, Put
from weirmq.kernel.ids import SeededEntropy


@pytest.fixture
def post() -> Post:
    it = Post()
    it.outbox.add("test", Obedient)
    return it


def test_a_post_makes_a_task_for_each_target(post: Post) -> None:
    post.post("a", "b", content=b"one")
    post.post("c", content=b"two", due_ms=NOW_MS + 5)
    assert post.state() == {
        0: ("a", 0, NOW_MS, "test", NOW_MS, 2, b"one"),
        1: ("b", 0, NOW_MS, "test", NOW_MS, 2, b"one"),
        2: ("c", 0, NOW_MS + 5, "test", NOW_MS, 1, b"two"),
    }
    assert post.journal.holdings.held().payloads == 2


def test_due_tasks_come_in_the_order_of_their_times_and_only_once(post: Post) -> None:
    post.post("late", due_ms=NOW_MS + 10)
    post.post("early", due_ms=NOW_MS - 10)
    post.post("a", "b", "c")
    assert post.outbox.wakes_ms() == NOW_MS - 10
    assert post.due(most=2) == [1, 2]
    assert post.due() == [3, 4]
    assert post.due() == []
    assert post.outbox.wakes_ms() == NOW_MS + 10
    assert post.due(NOW_MS + 10) == [0]
    assert post.outbox.wakes_ms() is None


def test_a_deferred_task_waits_again(post: Post) -> None:
    post.post("a")
    assert post.due() == [0]
    post.defer(0, 1, NOW_MS + 20)
    assert post.due(NOW_MS + 19) == []
    assert post.due(NOW_MS + 20) == [0]
    assert post.outbox.tasks[0].attempts == 1
    post.finish(0)
    post.defer(0, 2, NOW_MS + 30)  # of what is over
    assert post.due(NOW_MS + 99) == []


def test_the_content_is_let_go_of_with_its_last_task(post: Post) -> None:
    post.post("a", "b")
    post.finish(0, 0, 77)
    assert post.journal.holdings.held().payloads == 1
    post.finish(1)
    assert post.journal.holdings.held().payloads == 0
    assert not post.outbox.posts
    assert not post.outbox.tasks


def test_a_finished_task_isnt_due(post: Post) -> None:
    post.post("a", "b")
    post.finish(0)
    assert post.due() == [1]


def test_what_was_taken_and_given_back_is_due_again(post: Post) -> None:
    post.post("a")
    (task,) = post.outbox.take(NOW_MS, 9)
    post.outbox.give_back(task)
    assert post.due() == [0]


def test_nobody_posts_without_a_carrier(post: Post) -> None:
    with pytest.raises(ValueError, match="sns has no carrier"):
        post.outbox.post("sns", ["a"], b"")
    with pytest.raises(ValueError, match="test has a carrier already"):
        post.outbox.add("test", Obedient)


def test_several_posts_and_the_facts_of_others_are_one_commit(post: Post) -> None:
    first = post.outbox.post("test", ["a", "b"], b"1")
    second = post.outbox.post("test", ["c"], b"2")
    post.journal.commit(post.shelf, [Put("x", "y")], NOW_MS, also=[(post.outbox, [first, second])])
    assert [task.target for task in post.outbox.tasks.values()] == ["a", "b", "c"]
    assert (first.first, second.first, post.outbox.next_number) == (0, 2, 3)


def test_numbers_that_were_drawn_for_nothing_are_left_out(post: Post) -> None:
    post.outbox.post("test", ["a", "b"], b"never committed")
    post.post("c")
    assert list(post.outbox.tasks) == [2]


def test_a_post_to_nobody_leaves_nothing(post: Post) -> None:
    post.post()
    assert not post.outbox.posts
    assert post.journal.holdings.held().payloads == 0


def test_who_waits_is_told(post: Post) -> None:
    told: list[int | None] = []
    post.outbox.on_due = lambda: told.append(post.outbox.wakes_ms())
    post.post("a")
    post.due()
    post.defer(0, 1, NOW_MS + 7)
    post.finish(0)
    assert told == [NOW_MS, NOW_MS + 7]


def test_tasks_to_one_target_share_its_name(post: Post) -> None:
    for _ in range(2):
        post.post("".join(["arn:aws:sns:", "subscription"]))
    first, second = post.outbox.tasks.values()
    assert first.target is second.target


def test_ten_thousand_waiting_tasks_cost_nothing(post: Post) -> None:
    for number in range(10_000):
        post.post("a", due_ms=NOW_MS + 60_000 + number)
    begun = process_time()
    for now_ms in range(NOW_MS, NOW_MS + 10_000):
        post.outbox.take(now_ms, 1000)
        post.outbox.wakes_ms()
    assert process_time() - begun < 0.1, "a look is a look at the earliest"


def test_a_task_is_small(post: Post) -> None:
    post.post("a")
    (task,) = post.outbox.tasks.values()
    assert sys.getsizeof(task) <= 64


# Restarts


def test_tasks_that_arent_finished_come_again() -> None:
    office = PostOffice()
    post = office.begin()
    post.post("a", "b", "c")
    office.settle(post)
    assert post.due() == [0, 1, 2]
    post.finish(1)
    post.defer(2, 4, NOW_MS + 50)
    office.settle(post)
    office.disk.crash(SeededEntropy(1))
    again = office.begin()
    assert again.state() == post.state()
    assert again.due(NOW_MS) == [0], "what was taken waits again"
    assert again.due(NOW_MS + 50) == [2]
    assert again.outbox.next_number == 3


def test_a_finish_that_was_lost_is_one_delivery_more() -> None:
    office = PostOffice()
    post = office.begin()
    post.post("a")
    office.settle(post)
    post.finish(0)
    office.disk.kill()
    assert office.begin().due() == [0]


def test_snapshots() -> None:
    office = PostOffice()
    post = office.begin()
    for number in range(300):
        post.post(f"target-{number % 7}", "b", content=b"%d" % number, due_ms=NOW_MS + number % 50)
    for number in range(0, 600, 3):
        post.finish(number)
    post.defer(1, 3, NOW_MS + 1000)
    post.due(NOW_MS + 20)
    office.snapshot(post)
    post.finish(4)
    post.post("after", content=b"the snapshot")
    office.settle(post)
    office.disk.crash(SeededEntropy(2))
    again = office.begin()
    assert again.state() == post.state()
    assert again.outbox.next_number == 601
    assert again.journal.holdings.held() == post.journal.holdings.held()
    assert sorted(again.due(NOW_MS + 2000)) == sorted(post.outbox.tasks)
    again.finish(*again.outbox.tasks)
    assert again.journal.holdings.held().payloads == 0


def test_contents_are_copied_forward_and_read_from_there() -> None:
    office = PostOffice()
    post = office.begin(slack_bytes=0)
    for number in range(5000):  # more than a block of the holdings, and than a segment
        post.post("a", "b", content=b"%d:" % number + bytes(400))
        if number % 100 == 0:
            office.settle(post)
    kept = {10, 11, 401}
    post.finish(*(number for number in range(10_000) if number not in kept))
    before = post.state()
    office.snapshot(post)
    office.snapshot(post)  # nothing is copied that an older snapshot would replay
    while post.journal.copy_forward(1000):
        office.settle(post)
    office.snapshot(post)
    office.snapshot(post)
    assert post.log.start > 401, "where they were is gone"
    assert post.state() == before
    assert before.keys() == kept
    office.disk.crash(SeededEntropy(3))
    again = office.begin(slack_bytes=0)
    assert again.state() == post.state()
    again.finish(10, 11, 401)
    assert again.journal.holdings.held().payloads == 0


@given(st.lists(st.tuples(st.sampled_from("pfds"), st.integers(0, 30), st.integers(0, 5)), max_size=40))
def test_replay_and_snapshots_agree_with_memory(steps: list[tuple[str, int, int]]) -> None:
    office = PostOffice()
    post = office.begin()
    for step, number, size in steps:
        match step:
            case "p":
                post.post(*"abcde"[:size], due_ms=NOW_MS + number)
            case "f":
                post.finish(number)
            case "d":
                post.defer(number, size, NOW_MS + number * size)
            case "s":
                office.snapshot(post)
    office.settle(post)
    again = office.begin()
    assert again.state() == post.state()
    assert again.journal.holdings.held().payloads == post.journal.holdings.held().payloads == len(post.outbox.posts)
    assert again.due(NOW_MS + 999) == post.due(NOW_MS + 999)


def test_time_alone_does_nothing(post: Post) -> None:
    post.post("a")
    assert post.outbox.next_due_ms() is None
    assert list(post.outbox.due(NOW_MS)) == []
