import pytest

from tests.services.sqs.kit import bodies, delete, hide, receive, send_all
from tests.services.sqs.world import World
from weirmq.services.sqs import delivery
from weirmq.wire.aws.types.sqs import Message


def take(world: World, url: str, count: int) -> list[Message]:
    """So many messages, ten at a time."""
    found: list[Message] = []
    while len(found) < count:
        found += receive(world, url, min(10, count - len(found)))
    return found


def test_a_noisy_tenant_lets_others_go_first(world: World) -> None:
    url = world.create()
    send_all(world, url, *[f"noisy{n}" for n in range(60)], group="noisy")
    take(world, url, 30)
    send_all(world, url, "quiet1", "quiet2", group="quiet")
    assert bodies(receive(world, url, 3)) == ["quiet1", "quiet2", "noisy30"]


def test_fewer_than_thirty_in_flight_are_not_noisy(world: World) -> None:
    url = world.create()
    send_all(world, url, *[f"a{n}" for n in range(40)], group="a")
    take(world, url, 29)
    send_all(world, url, "b", group="b")
    assert bodies(receive(world, url, 1)) == ["a29"]


def test_a_tenth_of_what_is_in_flight_is_not_noisy(world: World) -> None:
    url = world.create()
    for n in range(270):
        send_all(world, url, f"x{n}", group=f"g{n}")
    send_all(world, url, *[f"a{n}" for n in range(40)], group="a")
    take(world, url, 300)  # 30 of the 300 are of group a
    send_all(world, url, "b", group="b")
    assert bodies(receive(world, url, 1)) == ["a30"]
    assert bodies(receive(world, url, 2)) == ["b", "a31"]  # 31 of 301 are more than a tenth


def test_messages_without_a_group_are_never_noisy(world: World) -> None:
    url = world.create()
    send_all(world, url, *map(str, range(60)))
    take(world, url, 40)
    send_all(world, url, "b", group="b")
    assert bodies(receive(world, url, 1)) == ["40"]


def test_a_noisy_tenant_alone_is_served(world: World) -> None:
    url = world.create()
    send_all(world, url, *map(str, range(60)), group="a")
    assert bodies(take(world, url, 60)) == list(map(str, range(60)))


def test_a_tenant_that_has_finished_is_quiet_again(world: World) -> None:
    url = world.create()
    send_all(world, url, *[f"a{n}" for n in range(40)], group="a")
    found = take(world, url, 31)
    send_all(world, url, "b1", "b2", "b3", group="b")
    assert bodies(receive(world, url, 1)) == ["b1"]
    for message in found[:5]:
        delete(world, url, message)
    assert bodies(receive(world, url, 1)) == ["a31"]


def test_a_tenant_whose_visibility_ended_is_quiet_again(world: World) -> None:
    url = world.create()
    send_all(world, url, *[f"a{n}" for n in range(40)], group="a")
    take(world, url, 31)
    send_all(world, url, "b", group="b")
    world.clock.advance(seconds=30)
    assert bodies(receive(world, url, 1)) == ["a0"]


def test_a_noisy_tenant_is_found_though_its_oldest_message_was_deleted(world: World) -> None:
    url = world.create()
    send_all(world, url, *[f"a{n}" for n in range(40)], group="a")
    take(world, url, 29)
    (back,) = receive(world, url, 1)
    take(world, url, 5)
    hide(world, url, back, 0)
    send_all(world, url, "b1", "b2", group="b")
    assert bodies(receive(world, url, 1)) == ["b1"]  # the tenant stands among the noisy by its oldest
    delete(world, url, back)
    assert bodies(receive(world, url, 1)) == ["b2"]
    assert bodies(receive(world, url, 1)) == ["a35"]


def test_a_tenant_that_is_noisy_now_and_then_takes_no_more_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "NOISY_LENGTH", 5)
    url = world.create()
    send_all(world, url, *[f"a{n}" for n in range(60)], group="a")
    found = take(world, url, 40)
    for n in range(30):
        monkeypatch.setattr(delivery, "NOISY_IN_FLIGHT", 5)
        send_all(world, url, f"b{n}", group=f"g{n}")
        assert bodies(receive(world, url, 1)) == [f"b{n}"]  # though another waits for longer
        assert len(world.queue().noisy) <= 5
        monkeypatch.setattr(delivery, "NOISY_IN_FLIGHT", 1_000)
        delete(world, url, found.pop())
    assert bodies(take(world, url, 20)) == [f"a{n}" for n in range(40, 60)]
