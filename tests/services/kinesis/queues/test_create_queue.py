import pytest

from tests.services.kinesis.queues.desk import Desk, create
from tests.services.kinesis.world import ACCOUNT, NOW_MS, OTHER, REGION, STRANGER, World, arn, as_json, refused
from weirmq.wire.aws.types import kinesis as wire


def on_demand(world: World, name: str = "orders") -> None:
    world.ask("CreateStream", StreamName=name)


def test_a_new_queue_is_ready_at_once(world: World) -> None:
    on_demand(world)
    world.clock.advance(seconds=5)
    made = create(world, start=None)
    assert made.QueueName == "work"
    assert made.QueueARN.startswith(f"arn:aws:kinesis:{REGION}:{ACCOUNT}:queue/")
    assert "work" not in made.QueueARN
    assert (made.QueueStatus, made.QueueCreationTimestamp) == ("ACTIVE", NOW_MS + 5_000)
    [chosen] = made.StreamConfigurationList
    assert (chosen.StreamARN, chosen.StartingPosition.Type) == (arn(), "LATEST")
    assert made.QueueAttributes.VisibilityTimeoutSeconds == 30
    dead = made.QueueAttributes.DeadLetterConfiguration
    assert (dead.TargetType, dead.MaxReceiveCount) == ("BUILT_IN", 6)
    assert world.ask("DescribeQueue", QueueARN=made.QueueARN).QueueDescription == made


def test_on_the_wire(world: World) -> None:
    on_demand(world)
    create(world, visibility_s=0, receives=0)
    [queue] = world.kinesis.machine.queues.by_arn
    shown = as_json("DescribeQueue", world.ask("DescribeQueue", QueueARN=queue))["QueueDescription"]
    assert shown["QueueAttributes"] == {
        "VisibilityTimeoutSeconds": 0, "DeadLetterConfiguration": {"TargetType": "NONE"},
    }  # fmt: skip


def test_attributes(world: World) -> None:
    on_demand(world)
    attributes = create(world, visibility_s=43_200, receives=1_000).QueueAttributes
    assert attributes.VisibilityTimeoutSeconds == 43_200
    assert attributes.DeadLetterConfiguration.MaxReceiveCount == 1_000
    incomplete = wire.QueueAttributes(DeadLetterConfiguration=wire.DeadLetterConfiguration(TargetType="BUILT_IN"))
    chosen = [wire.QueueStreamConfiguration(StreamARN=arn())]
    with refused("ValidationException", "MaxReceiveCount"):
        world.ask("CreateQueue", QueueName="b", StreamConfigurationList=chosen, QueueAttributes=incomplete)


def test_exactly_one_stream(world: World) -> None:
    on_demand(world)
    chosen = wire.QueueStreamConfiguration(StreamARN=arn())
    with refused("ValidationException", "exactly one"):
        world.ask("CreateQueue", QueueName="b", StreamConfigurationList=[chosen, chosen])
    with refused("ResourceNotFoundException"):
        create(world, stream=arn("never"))


def test_a_name_is_taken_once_in_an_account_and_region(world: World) -> None:
    on_demand(world)
    on_demand(world, "others")
    create(world)
    with refused("ResourceInUseException", "already exists"):
        create(world, stream=arn("others"))
    world.ask("CreateStream", StreamName="orders", caller=STRANGER)
    create(world, stream=arn(account=OTHER), caller=STRANGER)


def test_streams_on_demand_only(world: World) -> None:
    world.stream()
    with refused("ValidationException", "ON_DEMAND"):
        create(world)


def test_counts_as_a_consumer(world: World) -> None:
    on_demand(world)
    for number in range(10):
        create(world, f"work-{number}")
        world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName=f"app-{number}")
    with refused("LimitExceededException", "20"):
        create(world, "more")
    with refused("LimitExceededException", "20"):
        world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="more")
    summary = world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary
    assert (summary.ConsumerCount, summary.QueueCount) == (10, 10)
    status = wire.MinimumThroughputBillingCommitmentInput(Status="ENABLED")
    world.ask("UpdateAccountSettings", MinimumThroughputBillingCommitment=status)
    create(world, "more")


def test_begins_with_what_comes_after_it(world: World) -> None:
    on_demand(world)
    world.put(b"before")
    desk = Desk(world, start="LATEST")
    world.put(b"after")
    assert desk.data() == [b"after"]
    assert desk.description.StreamConfigurationList[0].StartingPosition.Timestamp == NOW_MS


def test_begins_with_the_oldest_record(world: World) -> None:
    on_demand(world)
    world.put(b"a")
    world.clock.advance(hours=25)
    world.put(b"b", b"c")
    desk = Desk(world, start="TRIM_HORIZON")
    oldest_ms = world.clock.now_ms() - 24 * 3_600_000
    assert desk.description.StreamConfigurationList[0].StartingPosition.Timestamp == oldest_ms
    assert desk.data() == [b"b", b"c"]


def test_begins_at_a_time(world: World) -> None:
    on_demand(world)
    for number in range(5):
        world.put(b"%d" % number, ExplicitHashKey=str(number << 126) if number < 4 else "0")
        world.clock.advance(seconds=10)
    desk = Desk(world, start="AT_TIMESTAMP", at_ms=NOW_MS + 20_000)
    assert sorted(desk.data()) == [b"2", b"3", b"4"]
    start = desk.description.StreamConfigurationList[0].StartingPosition
    assert (start.Type, start.Timestamp) == ("AT_TIMESTAMP", NOW_MS + 20_000)
    early = Desk(world, "early", start="AT_TIMESTAMP", at_ms=1_000)
    assert early.description.StreamConfigurationList[0].StartingPosition.Timestamp == NOW_MS
    assert len(early.data()) == 5


@pytest.mark.parametrize(
    ("start", "at_ms", "code"),
    [
        ("AT_TIMESTAMP", None, "ValidationException"),
        ("LATEST", NOW_MS, "ValidationException"),
        ("TRIM_HORIZON", NOW_MS, "ValidationException"),
        ("AT_TIMESTAMP", NOW_MS + 1, "InvalidArgumentException"),
    ],
)
def test_starting_positions_that_can_not_be(world: World, start: str, at_ms: int | None, code: str) -> None:
    on_demand(world)
    with refused(code):
        create(world, start=start, at_ms=at_ms)


def test_only_who_may_use_the_stream(world: World) -> None:
    on_demand(world)
    with refused("AccessDeniedException"):
        create(world, caller=STRANGER)


def test_tags(world: World) -> None:
    on_demand(world)
    queue = create(world, Tags={"team": "sales"}).QueueARN
    assert [(tag.Key, tag.Value) for tag in world.ask("ListTagsForResource", ResourceARN=queue).Tags] == [
        ("team", "sales")
    ]
    with refused("InvalidArgumentException"):
        create(world, "b", Tags={"aws:x": "1"})


def test_not_while_the_stream_is_changing() -> None:
    world = World(is_strict=True)
    on_demand(world)
    with refused("ResourceInUseException", "CREATING"):
        create(world)
    world.clock.advance(seconds=15)
    world.tick()
    assert create(world).QueueStatus == "ACTIVE"
