from tests.services.kinesis.world import World, arn, refused
from weirmq.testing.disk import SimulatedDisk


def test_it_is_gone_at_once(world: World) -> None:
    world.stream()
    world.ask("DeleteStream", StreamARN=arn())
    with refused("ResourceNotFoundException"):
        world.ask("DescribeStream", StreamName="orders")
    with refused("ResourceNotFoundException"):
        world.ask("DeleteStream", StreamName="orders")


def test_a_new_one_of_the_name_has_nothing_of_the_old(world: World) -> None:
    world.stream()
    world.put(b"old")
    world.ask("DeleteStream", StreamName="orders")
    world.stream()
    assert world.data() == []
    world.put(b"new")
    assert world.data() == [b"new"]


def test_consumers_stand_in_the_way(world: World) -> None:
    world.stream()
    world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="app")
    with refused("ResourceInUseException", "consumers"):
        world.ask("DeleteStream", StreamName="orders")
    world.ask("DeleteStream", StreamName="orders", EnforceConsumerDeletion=True)


def test_its_logs_go_from_the_disk() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    world.stream(shards=3)
    world.stream("others")
    world.put(b"a", ExplicitHashKey="0")
    world.put(b"b", name="others")
    library = world.streams.library
    assert len(library.groups()) == 2
    world.ask("DeleteStream", StreamName="orders")
    assert len(library.groups()) == 2  # not before the deletion is durable
    world.tick()
    assert len(library.groups()) == 1
    assert world.kinesis.machine.condemned == {}
    assert world.data(name="others") == [b"b"]


def test_a_restart_goes_on_removing_logs() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    world.stream()
    world.put(b"a")
    world.ask("DeleteStream", StreamName="orders")
    world.sync()
    again = world.restarted()
    assert len(again.streams.library.groups()) == 1
    assert again.kinesis.groups() == set(again.streams.library.groups())
    again.tick()
    assert again.streams.library.groups() == []
    assert again.kinesis.machine.condemned == {}


def test_logs_of_no_stream_are_left_alone() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    world.stream()
    world.put(b"a")
    assert world.kinesis.groups() == set(world.streams.library.groups())
    disk.put("/data/streams/unknown/000000000000/00000000000000000000.log", b"x")
    disk.make_folder("/data/streams/unknown")
    again = world.restarted()
    again.tick()
    assert set(again.streams.library.groups()) - again.kinesis.groups() == {"unknown"}
    assert disk.contents("/data/streams/unknown/000000000000/00000000000000000000.log") == b"x"


def test_readers_and_their_tokens_end_with_it(world: World) -> None:
    world.stream(shards=2)
    world.put(b"a")
    iterator = world.iterator(shard=1)
    token = world.ask("ListShards", StreamName="orders", MaxResults=1).NextToken
    world.ask("DeleteStream", StreamName="orders")
    for _ in range(2):  # also when there is another one of that name
        with refused("ResourceNotFoundException"):
            world.get(iterator)
        with refused("ResourceNotFoundException"):
            world.ask("ListShards", NextToken=token)
        if "orders" not in world.ask("ListStreams").StreamNames:
            world.stream(shards=2)
    assert world.data(shard=0) == world.data(shard=1) == []


def test_what_was_put_before_is_answered(world: World) -> None:
    """Its log goes while a record is on its way there: whoever put it is told what was so when the stream was there."""
    world.stream()
    answered: list[str] = []
    answer = world.decide("PutRecord", StreamName="orders", Data=b"a", PartitionKey="k")
    world.streams.hold(answered.append, answer.SequenceNumber)
    world.decide("DeleteStream", StreamName="orders")
    world.flush()
    world.tick()
    assert answered == [answer.SequenceNumber]
    world.stream()
    assert world.data() == []
