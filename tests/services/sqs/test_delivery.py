import random

import pytest

from tests.services.sqs.kit import bodies, delete, hide, receive, send_all
from tests.services.sqs.world import World
from weirmq.kernel.errors import NoRoom
from weirmq.services.sqs import delivery
from weirmq.services.sqs.model import Queue
from weirmq.wire.aws.types.sqs import Message


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("suffix", ["", ".fifo"])
@pytest.mark.parametrize("row_length", [2, delivery.ROW_LENGTH])
def test_any_order_of_receives_returns_and_deletes(
    world: World, monkeypatch: pytest.MonkeyPatch, row_length: int, suffix: str, seed: int
) -> None:
    """A group's messages are never out of order on a FIFO queue, and nothing is lost or doubled on any."""
    monkeypatch.setattr(delivery, "ROW_LENGTH", row_length)
    monkeypatch.setattr(delivery, "_SLACK", min(delivery._SLACK, row_length - 2))
    monkeypatch.setattr(delivery, "_TIDIED_AT_ONCE", 2)
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    url = world.create(f"orders{suffix}", **({"FifoQueue": "true"} if suffix else {}))
    alive: set[str] = set()
    held: dict[str, tuple[Message, int]] = {}  # what is in flight, and until when
    for n in range(600):
        action = chance.random()
        now_ms = world.clock.now_ms()
        held = {body: entry for body, entry in held.items() if entry[1] > now_ms}
        if action < 0.35:
            body = f"{n:04}-{chance.randrange(4)}"
            send_all(world, url, body, group=body[-1])
            alive.add(body)
        elif action < 0.65:
            found = receive(world, url, chance.randint(1, 10))
            for message in found:
                body = message.Body or ""
                assert body in alive
                assert body not in held
            if suffix:
                locked = {body[-1] for body in held}
                for group in {(message.Body or "")[-1] for message in found}:
                    assert group not in locked
                    mine = [message.Body for message in found if (message.Body or "")[-1] == group]
                    assert mine == sorted(body for body in alive if body[-1] == group)[: len(mine)]
            held |= {message.Body or "": (message, now_ms + 30_000) for message in found}
        elif action < 0.9 and held:
            body, (message, _) = chance.choice(sorted(held.items(), key=lambda item: item[0]))
            del held[body]
            if action < 0.8:
                delete(world, url, message)
                alive.discard(body)
            else:
                hide(world, url, message, 0)
        else:
            world.clock.advance(seconds=chance.randint(0, 10))
        queue = world.queue(f"orders{suffix}")
        assert len(queue.messages) == len(alive)
        standing = {*queue.order, *queue.late, *queue.noisy}
        assert all(lane.queued == -1 or lane.queued in standing for lane in queue.lanes.values())
    world.clock.advance(seconds=30)
    rest: set[str] = set()
    while found := receive(world, url):
        for message in found:
            rest.add(message.Body or "")
            delete(world, url, message)
    assert rest == alive
    assert world.queue(f"orders{suffix}").lanes == {}


@pytest.mark.parametrize("suffix", ["", ".fifo"])
def test_what_could_not_be_recorded_stays(world: World, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    url = world.create(f"orders{suffix}", **({"FifoQueue": "true"} if suffix else {}))
    send_all(world, url, "1", "2", "3", group="g")

    def full(_size: int) -> None:
        raise NoRoom

    with monkeypatch.context() as patch:
        patch.setattr(world.log, "reserve", full)
        patch.setattr(world.journal, "_room", 0)
        with pytest.raises(NoRoom):
            receive(world, url, 2)
    assert bodies(receive(world, url)) == ["1", "2", "3"]


def test_heaps_stay_as_small_as_the_queue(world: World) -> None:
    url = world.create()
    send_all(world, url, *map(str, range(40)), group="g")
    for _ in range(50):
        for message in receive(world, url):
            hide(world, url, message, 0)
    queue = world.queue()
    (lane,) = queue.lanes.values()
    assert len(lane.row) - lane.first + len(lane.back) == 40
    assert len(lane.row) <= 40 + 64
    assert len(queue.order) + len(queue.late) <= 66  # a lane's entry, as many leftovers, and some slack


def test_the_order_is_tidied_a_few_lanes_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    tidy = delivery._tidy

    def counted(queue: Queue) -> None:
        before = len(queue.order) if queue.late else 0
        tidy(queue)
        sizes.append(len(queue.order) - before)

    monkeypatch.setattr(delivery, "_tidy", counted)
    url = world.create()
    for number in range(400):
        send_all(world, url, str(number), group=str(number % 200))
    for _ in range(100):
        for message in receive(world, url):
            hide(world, url, message, 0)
        for message in receive(world, url, 5):
            delete(world, url, message)
            send_all(world, url, message.Body or "", group=message.Body)
    queue = world.queue()
    assert len(sizes) > 100
    assert max(sizes) <= delivery._TIDIED_AT_ONCE
    assert len(queue.order) + len(queue.late) < 3 * len(queue.lanes) + delivery._SLACK
    assert sorted(_drained(world, url)) == sorted(map(str, range(400)))


def _drained(world: World, url: str) -> list[str]:
    found: list[str] = []
    while messages := receive(world, url):
        found += [message.Body or "" for message in messages]
        for message in messages:
            delete(world, url, message)
    return found


@pytest.mark.parametrize("depth", [100, 3_000])
def test_a_receive_looks_at_as_few_messages_whatever_the_depth(
    world: World, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    url = world.create()
    for n in range(depth):
        send_all(world, url, str(n), group=f"g{n % 50}")
    pops: list[object] = []
    pop = delivery.heappop
    monkeypatch.setattr(delivery, "heappop", lambda heap: pops.append(1) or pop(heap))
    assert len(receive(world, url)) == 10
    assert len(pops) <= 40


def test_a_deep_queue_has_no_long_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "ROW_LENGTH", 10)
    url = world.create()
    send_all(world, url, *map(str, range(105)))
    (lane,) = world.queue().lanes.values()
    assert [len(row) for row in (*lane.full_rows, lane.row)] == [10] * 10 + [5]
    for tens in range(10):
        assert bodies(receive(world, url)) == [str(10 * tens + ones) for ones in range(10)]
    assert (lane.full_rows, list(lane.row)) == ((), list(range(100, 105)))


def test_a_row_is_cut_off_where_it_was_taken(world: World) -> None:
    url = world.create()
    send_all(world, url, *map(str, range(5)))
    for n in range(300):
        send_all(world, url, str(5 + n))
        (message,) = receive(world, url, 1)
        assert message.Body == str(n)
        delete(world, url, message)
    (lane,) = world.queue().lanes.values()
    assert len(lane.row) <= 64 + 5
