"""Subscriptions by regular expression (KIP-848)."""

import time

import pytest

from tests.services.kafka.world import World
from weirmq.services.kafka.topic_patterns import PATTERN_LETTERS, fault
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest, TopicPartitions
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState


class Member:
    """One that subscribes by an expression, and gives up what it is told to."""

    def __init__(self, world: World, name: str = "m") -> None:
        self.world, self.name, self.epoch = world, name, 0
        self.has: set[str] = set()
        self.owned: list[TopicPartitions] = []

    def beats(self, regex: str | None = None, *topics: str, version: int | None = None) -> int:
        names = list(topics) if topics else None
        request = ConsumerGroupHeartbeatRequest("g", self.name, self.epoch, None, None, -1, names, regex)
        request.topic_partitions = self.owned
        request.rebalance_timeout_ms = -1 if self.epoch else 30_000
        answer = self.world.ask(request, version=version)
        if answer.error_code:
            return int(answer.error_code)
        self.epoch = answer.member_epoch
        if answer.assignment is not None:
            told = answer.assignment.topic_partitions
            self.owned = [TopicPartitions(each.topic_id, each.partitions) for each in told]
            by_id = self.world.kafka.machine.clusters[0].by_id
            self.has = {by_id[each.topic_id].name for each in told if each.topic_id in by_id}
        return 0


@pytest.fixture
def member(world: World) -> Member:
    for name in ("orders-eu", "orders-us", "old-orders-eu", "Orders-eu"):
        world.topic(name)
    return Member(world)


def test_the_whole_of_a_name_matches(member: Member) -> None:
    assert member.beats("orders-.*") == 0
    assert member.has == {"orders-eu", "orders-us"}
    assert member.beats("(?i).*orders-eu") == 0
    member.beats()
    assert member.has == {"orders-eu", "old-orders-eu", "Orders-eu"}


def test_topics_come_and_go(world: World, member: Member) -> None:
    member.beats("orders-.*")
    world.topic("orders-za")
    world.topic("others")
    world.ask(DeleteTopicsRequest([DeleteTopicState("orders-us")]))
    epoch = member.epoch
    for _ in range(3):  # it gives up one, and gets the other
        member.beats()
    assert (member.has, member.epoch) == ({"orders-eu", "orders-za"}, epoch + 1)


def test_names_and_an_expression_go_together(member: Member) -> None:
    assert member.beats("old-.*", "orders-us") == 0
    assert member.has == {"old-orders-eu", "orders-us"}
    assert member.beats("") == 0
    member.beats()
    assert member.has == {"orders-us"}


def test_what_another_member_has_already_is_shared(world: World, member: Member) -> None:
    member.beats(None, "orders-eu", "orders-us")
    other = Member(world, "other")
    assert other.beats("orders-.*") == 0
    for _ in range(3):
        member.beats()
        other.beats()
    assert (len(member.has), len(other.has)) == (1, 1)
    (group,) = world.ask(ConsumerGroupDescribeRequest(["g"])).groups
    told = {each.member_id: (each.subscribed_topic_regex, each.subscribed_topic_names) for each in group.members}
    assert told == {"m": (None, ["orders-eu", "orders-us"]), "other": ("orders-.*", [])}


@pytest.mark.parametrize("regex", ["(", "a(?=b)", "a{1001}", "[", r"(a)\1", "((a{100}){100}){100}", "a" * 4_097])
def test_expressions_that_are_refused(member: Member, regex: str) -> None:
    assert member.beats(regex) == Code.INVALID_REGULAR_EXPRESSION
    member.beats("orders-.*")
    assert member.beats(regex) == Code.INVALID_REGULAR_EXPRESSION
    member.beats()
    assert member.has == {"orders-eu", "orders-us"}


def test_who_joins_subscribes_to_something(member: Member) -> None:
    assert member.beats() == Code.INVALID_REQUEST
    assert member.beats("orders-.*", version=0) == Code.INVALID_REQUEST  # that version has no expressions
    assert member.beats("") == 0
    assert member.has == set()


@pytest.mark.parametrize("regex", ["(a+)+$", "(a|aa)+b", "(.*)*x", "(a?){200}a{200}", ".*" * 200 + "b"])
def test_no_expression_takes_long(world: World, regex: str) -> None:
    """The matcher's time is linear: these take others for ever."""
    for number in range(20):
        world.topic("a" * 240 + str(number))
    member = Member(world)
    started_s = time.process_time()
    assert member.beats(regex) == 0
    assert time.process_time() - started_s < 1


def test_the_length_of_an_expression_has_a_limit() -> None:
    assert fault("a" * PATTERN_LETTERS) == ""
    assert fault("a" * (PATTERN_LETTERS + 1)) != ""
    assert fault("\ud800") != ""
