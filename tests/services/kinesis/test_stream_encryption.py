"""StartStreamEncryption and StopStreamEncryption."""

from tests.services.kinesis.world import World, refused


def change(world: World, operation: str, kind: str = "KMS") -> None:
    world.ask(f"{operation}StreamEncryption", StreamName="orders", EncryptionType=kind, KeyId="alias/aws/kinesis")


def shown(world: World) -> tuple[str, str | None]:
    described = world.ask("DescribeStream", StreamName="orders").StreamDescription
    return described.EncryptionType, described.KeyId


def test_a_key_is_named_and_let_go_of(world: World) -> None:
    world.stream()
    change(world, "Start")
    assert shown(world) == ("KMS", "alias/aws/kinesis")
    change(world, "Start")
    change(world, "Stop")
    assert shown(world) == ("NONE", None)


def test_with_kms_only(world: World) -> None:
    world.stream()
    for operation in ("Start", "Stop"):
        with refused("InvalidArgumentException"):
            change(world, operation, "NONE")


def test_twenty_five_times_a_day_in_either_direction(world: World) -> None:
    world.stream()
    for _ in range(25):
        change(world, "Start")
        change(world, "Stop")
    world = world.restarted()
    with refused("LimitExceededException", "started 25 times in a rolling 24-hour period"):
        change(world, "Start")
    change(world, "Stop")
    world.clock.advance(days=1)
    change(world, "Start")
