"""DescribeTransactions and ListTransactions."""

import pytest

from tests.services.kafka.transacting import Transactor, place_of
from tests.services.kafka.world import NOW_MS, World
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.describe_transactions_request import DescribeTransactionsRequest
from weirmq.wire.kafka.messages.describe_transactions_response import TopicData, TransactionState
from weirmq.wire.kafka.messages.list_transactions_request import ListTransactionsRequest


def described(world: World, name: str = "t") -> TransactionState:
    (found,) = world.ask(DescribeTransactionsRequest([name])).transaction_states
    assert isinstance(found, TransactionState)
    return found


def test_a_transaction_from_its_beginning_to_its_end(world: World) -> None:
    name, topic, _ = place_of(world, partitions=2)
    writer = Transactor(world)
    writer.init()
    assert described(world) == TransactionState(0, "t", "Empty", 60_000, -1, writer.producer, 0, [])
    for index in (1, 0):
        writer.write((name, topic, index), b"a")
    found = described(world)
    assert (found.transaction_state, found.transaction_start_time_ms) == ("Ongoing", NOW_MS)
    assert found.topics == [TopicData("orders", [0, 1])]
    writer.commit()
    found = described(world)
    assert (found.transaction_state, found.transaction_start_time_ms, found.topics) == ("CompleteCommit", -1, [])
    writer.write((name, topic, 0), b"a")
    writer.abort()
    assert described(world).transaction_state == "CompleteAbort"


@pytest.mark.parametrize(("commits", "state"), [(True, "PrepareCommit"), (False, "PrepareAbort")])
def test_while_it_ends(commits: bool, state: str) -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    place, writer = place_of(world), Transactor(world)
    assert writer.init() == writer.write(place, b"a") == Code.NONE
    sync, world.sync = world.sync, lambda: None  # type: ignore[method-assign]
    writer.begin_end(commits=commits)
    world.journal.synced(world.journal.log.sync())
    assert world.kafka.machine.coordinator.ids[0, "t"].state_name == state
    world.sync = sync  # type: ignore[method-assign]
    world.flush()
    world.settle()
    assert described(world).transaction_state == state.replace("Prepare", "Complete")


def test_ids_that_are_none(world: World) -> None:
    world.topic()
    assert described(world, "other").error_code == Code.TRANSACTIONAL_ID_NOT_FOUND
    assert described(world, "").error_code == Code.INVALID_REQUEST


def test_an_id_that_is_asked_for_twice_is_told_once(world: World) -> None:
    found = world.ask(DescribeTransactionsRequest(["a", "b", "a"])).transaction_states
    assert [each.transactional_id for each in found] == ["a", "b"]


def test_listed_by_state_producer_and_how_long_they_take(world: World) -> None:
    place = place_of(world)
    idle, busy = Transactor(world, "idle"), Transactor(world, "busy")
    idle.init()
    busy.init()
    busy.write(place, b"a")
    world.clock.advance(milliseconds=500)

    def listed(request: ListTransactionsRequest) -> list[str]:
        answer = world.ask(request)
        assert not answer.error_code
        return [each.transactional_id for each in answer.transaction_states]

    assert listed(ListTransactionsRequest()) == ["idle", "busy"]
    assert listed(ListTransactionsRequest(["Ongoing"])) == ["busy"]
    assert listed(ListTransactionsRequest([], [idle.producer])) == ["idle"]
    assert listed(ListTransactionsRequest(duration_filter=499)) == ["busy"]
    assert listed(ListTransactionsRequest(duration_filter=500)) == []
    assert world.ask(ListTransactionsRequest(["Ongoing", "Sleeping"])).unknown_state_filters == ["Sleeping"]


def test_listed_by_pattern(world: World) -> None:
    for name in ("clerk", "clerk.2", "new\nline"):
        Transactor(world, name).init()

    def listed(pattern: str | None) -> list[str]:
        answer = world.ask(ListTransactionsRequest(transactional_id_pattern=pattern))
        assert not answer.error_code
        return [each.transactional_id for each in answer.transaction_states]

    everybody = ["clerk", "clerk.2", "new\nline"]
    assert (listed(None), listed("")) == (everybody, everybody)
    assert (listed("clerk"), listed("cl.*"), listed("cl")) == (["clerk"], ["clerk", "clerk.2"], [])
    bad = world.ask(ListTransactionsRequest(transactional_id_pattern="cl(["))
    assert bad.error_code == Code.INVALID_REGULAR_EXPRESSION
