"""Where archived messages are: in the journal until the archive's log has them, and then there alone."""

import json
from collections.abc import Callable

import pytest

from tests.services.sns.world import World
from weirmq.engine.streams import Stream
from weirmq.kernel.clock import DAY_MS, MINUTE_MS
from weirmq.kernel.errors import LogDamaged, NoRoom
from weirmq.services.sns import archives
from weirmq.services.sns.facts import ArchiveWritten

ARCHIVED = '{"MessageRetentionPeriod": "30"}'
REPLAY = json.dumps({"PointType": "Timestamp", "StartingPoint": "2023-11-14T22:13:20Z"})  # NOW_MS


@pytest.fixture
def topic(world: World) -> str:
    return world.topic("orders.fifo", ArchivePolicy=ARCHIVED, ContentBasedDeduplication="true")


def log(world: World, topic: str) -> Stream:
    return world.streams.stream(world.topic_of(topic).archive_log)


def publish(world: World, topic: str, *messages: str) -> None:
    for message in messages:
        world.publish(topic, message, MessageGroupId="g")
        world.clock.advance(seconds=1)


def replayed(world: World, topic: str) -> list[str]:
    """All that a replay from the start hands out."""
    queue = world.queue("replayed.fifo")
    arn = world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=REPLAY)
    for _ in range(100):
        if not world.sns.machine.replays:
            break
        world.work()
    assert world.subscription_attributes(arn)["ReplayStatus"] == "Completed"
    found: list[str] = []
    while more := world.bodies(queue):
        found += more
    return found


def held(world: World) -> int:
    return world.journal.holdings.held().payloads


def test_the_journal_holds_a_message_until_the_log_has_it(world: World, topic: str) -> None:
    publish(world, topic, "a", "b")
    assert (held(world), log(world, topic).end) == (2, 0)
    world.rest()
    assert (held(world), log(world, topic).end) == (0, 2)
    assert not world.topic_of(topic).unarchived


def test_the_log_gets_only_what_is_on_the_disk(world: World, topic: str) -> None:
    publish(world, topic, "a")
    world.sns.archives.work(world.clock.now_ms())
    assert log(world, topic).end == 0
    world.sync()
    world.clock.advance(seconds=1)
    world.sns.archives.work(world.clock.now_ms())
    assert log(world, topic).end == 1


def test_the_journal_keeps_what_the_logs_disk_may_lose(world: World, topic: str) -> None:
    publish(world, topic, "a")
    world.sync()
    world.sns.archives.work(world.clock.now_ms())
    world.streams.flush()  # written, not synced
    world.clock.advance(seconds=1)
    assert not world.sns.archives.work(world.clock.now_ms())
    world.sync()
    world.clock.advance(seconds=1)
    [fact] = world.sns.archives.work(world.clock.now_ms())
    assert isinstance(fact, ArchiveWritten)


@pytest.mark.parametrize("again", [World.restarted, World.restored])
@pytest.mark.parametrize("steps", range(5))
def test_a_crash_at_any_step(world: World, topic: str, again: Callable[[World], World], steps: int) -> None:
    publish(world, topic, "a", "b")
    world.rest()
    publish(world, topic, "c", "d")
    for step in [world.sync, world.work, world.sync, world.work, world.sync][:steps]:
        step()
        world.clock.advance(seconds=1)
    world.journal.flush()
    other = again(world)
    publish(other, topic, "e")
    other.rest()
    assert log(other, topic).end == 5
    assert held(other) == 0
    assert replayed(other, topic) == ["a", "b", "c", "d", "e"]


def test_more_than_one_look_takes(world: World, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "WRITTEN_AT_ONCE", 3)
    monkeypatch.setattr(archives, "WRITTEN_BYTES", 500)
    expected = [f"m{number}" for number in range(10)]
    publish(world, topic, *expected[:5], "x" * 1000, *expected[5:])
    for _ in range(8):
        world.rest()
    assert held(world) == 0
    assert replayed(world, topic) == [*expected[:5], "x" * 1000, *expected[5:]]


def test_many_archives_are_written_in_turns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "TOPICS_AT_ONCE", 2)
    prepared: list[int] = []
    monkeypatch.setattr(world.streams, "prepare", lambda streams: prepared.append(len(streams)))
    topics = [
        world.topic(
            f"t{number}.fifo", ArchivePolicy='{"MessageRetentionPeriod": "1"}', ContentBasedDeduplication="true"
        )
        for number in range(5)
    ]
    for each in topics:
        world.publish(each, "hello", MessageGroupId="g")
    world.sync()
    ends = []
    for _ in range(3):
        assert world.sns.archives.next_due_ms() <= world.clock.now_ms()
        world.work()
        ends.append(sum(world.streams.stream(world.topic_of(each).archive_log).end for each in topics))
    assert ends == [2, 4, 5]
    assert prepared[:3] == [2, 2, 1]
    assert world.sns.archives.next_due_ms() > world.clock.now_ms()


def test_no_room_for_the_log(world: World, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(world, topic, "a")
    with monkeypatch.context() as patched:

        def full(*_arguments: object) -> None:
            raise NoRoom("full")

        patched.setattr(world.streams, "append", full)
        world.rest()
        assert held(world) == 1
    world.rest()
    assert held(world) == 0
    assert replayed(world, topic) == ["a"]


def test_a_damaged_log_harms_no_other(world: World, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    world.sns.on_error = lambda what, _error: told.append(what)
    other = world.topic("other.fifo", ArchivePolicy=ARCHIVED, ContentBasedDeduplication="true")
    damaged, get = log(world, topic), world.streams.stream
    monkeypatch.setattr(world.streams, "stream", lambda name: _Damaged() if name == damaged.name else get(name))
    publish(world, topic, "a")
    publish(world, other, "b")
    world.rest()
    world.rest()
    assert held(world) == 1
    assert told == [f"the archive of {topic} gets no more messages"]
    arn = world.subscribe(topic, world.queue("q.fifo"), ReplayPolicy=REPLAY)
    world.work()
    assert world.subscription_attributes(arn)["ReplayStatus"] == "Failed"
    assert replayed(world, other) == ["b"]


class _Damaged:
    """A log that can't be opened."""

    def __getattr__(self, name: str) -> object:
        raise LogDamaged("streams", 0, name)


def test_retention(world: World, topic: str) -> None:
    publish(world, topic, "old")
    world.rest()
    world.clock.advance(days=15)
    publish(world, topic, "new")
    world.rest()
    world.clock.advance(days=15)
    world.clock.advance(minutes=1)
    for _ in range(3):
        world.work()
        world.clock.advance(minutes=1)
    assert log(world, topic).first == 1
    assert replayed(world, topic) == ["new"]


def test_beginning_archive_time(world: World, topic: str) -> None:
    def begins() -> str:
        return world.attributes(topic)["BeginningArchiveTime"]

    assert begins() == "2023-11-14T22:13:20.000Z"  # since the topic is there
    world.clock.advance(days=1)
    publish(world, topic, "a")
    assert begins() == "2023-11-15T22:13:20.000Z"
    world.rest()
    assert begins() == "2023-11-15T22:13:20.000Z"
    world.clock.advance(days=40)
    assert begins() == "2023-11-25T22:13:24.000Z"  # 30 days ago: there may be messages since then, but there are none


def test_an_archive_that_ends(world: World, topic: str) -> None:
    publish(world, topic, "a")
    world.rest()
    publish(world, topic, "b")
    name = world.topic_of(topic).archive_log
    world.ask("SetTopicAttributes", TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue="{}")
    assert held(world) == 0
    assert name in world.sns.machine.condemned
    world.rest()
    assert world.sns.machine.condemned == {}
    assert world.streams.library.groups() == []
    assert world.sns.archives.groups() == set()
    world.ask("DeleteTopic", TopicArn=topic)


def test_one_that_begins_anew(world: World, topic: str) -> None:
    publish(world, topic, "a")
    world.rest()
    for policy in ("{}", ARCHIVED):
        world.ask("SetTopicAttributes", TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue=policy)
    publish(world, topic, "b")
    world.rest()
    assert replayed(world, topic) == ["b"]
    assert world.sns.archives.groups() == {"sns-1"}


@pytest.mark.parametrize("again", [World.restarted, World.restored])
def test_a_crash_before_the_log_is_removed(world: World, topic: str, again: Callable[[World], World]) -> None:
    publish(world, topic, "a")
    world.rest()
    world.ask("SetTopicAttributes", TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue="{}")
    other = again(world)
    assert other.sns.archives.groups() == {"sns-1"}
    other.rest()
    assert other.streams.library.groups() == []
    assert other.sns.machine.condemned == {}


def test_the_removal_waits_for_the_disk(world: World, topic: str) -> None:
    publish(world, topic, "a")
    world.rest()
    world.ask("SetTopicAttributes", TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue="{}")
    world.clock.advance(seconds=1)
    world.sns.archives.work(world.clock.now_ms())  # the end of the archive isn't synced
    assert world.streams.take_removed() == []
    world.rest()
    assert world.streams.library.groups() == []


def test_idle(world: World, topic: str) -> None:
    """Nobody looks more often than each minute where nothing waits."""
    publish(world, topic, "a")
    assert world.sns.archives.next_due_ms() <= world.clock.now_ms()
    world.rest()
    world.rest()
    assert world.sns.archives.next_due_ms() > world.clock.now_ms() + MINUTE_MS // 2


def test_copied_forward(world: World, topic: str) -> None:
    publish(world, topic, "a")
    [entry] = world.topic_of(topic).unarchived.rows()
    old = entry.offset
    fact = world.journal.read(world.sns.machine, old)
    assert world.sns.machine.holds(fact, old)
    world.sns.machine.relocate(fact, old + 100)
    assert not world.sns.machine.holds(fact, old)
    assert world.sns.machine.holds(fact, old + 100)


def test_a_replay_finds_its_place_again(world: World, topic: str) -> None:
    expected = [f"m{number}" for number in range(120)]
    publish(world, topic, *expected)
    for _ in range(2):
        world.rest()
    queue = world.queue("q.fifo")
    world.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=REPLAY)
    world.work()
    other = world.restarted()
    for _ in range(5):
        other.work()
    found: list[str] = []
    while more := other.bodies(queue):
        found += more
    assert found == expected


def test_days(world: World, topic: str) -> None:
    assert archives.cutoff(world.topic_of(topic), 31 * DAY_MS) == DAY_MS + 1
