"""The assignors of brokers: balanced, sticky, and nothing to two members."""

from random import Random

import pytest

from weirmq.services.kafka.assignors import ASSIGNORS, elected, ranged, uniform

A, B = b"a" * 16, b"b" * 16
ALL = frozenset({A, B})


def test_uniform_is_balanced_and_sticky() -> None:
    first = uniform({"x": ALL}, {A: 3, B: 2}, {})
    assert len(first["x"]) == 5
    second = uniform({"x": ALL, "y": ALL}, {A: 3, B: 2}, first)
    assert sorted(map(len, second.values())) == [2, 3]
    assert second["x"] < first["x"]
    third = uniform({"x": ALL, "y": ALL, "z": ALL}, {A: 3, B: 2}, second)
    assert sorted(map(len, third.values())) == [1, 2, 2]
    assert third["x"] <= second["x"]
    assert third["y"] <= second["y"]


def test_uniform_goes_by_subscriptions() -> None:
    found = uniform({"x": frozenset({A}), "y": ALL}, {A: 1, B: 1}, {})
    assert found["x"] | found["y"] == {(A, 0), (B, 0)}
    assert (B, 0) in found["y"]


def test_range_gives_neighbours_and_the_same_numbers_of_all_topics() -> None:
    found = ranged({"x": ALL, "y": ALL}, {A: 3, B: 3}, {})
    assert found["x"] == {(topic, index) for topic in ALL for index in (0, 1)}
    assert found["y"] == {(A, 2), (B, 2)}


@pytest.mark.parametrize("name", ASSIGNORS)
@pytest.mark.parametrize("seed", range(20))
def test_each_partition_that_somebody_wants_has_one_member(name: str, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    topics = [bytes([n]) * 16 for n in range(4)]
    sizes = {topic: random.randint(0, 5) for topic in topics}
    held: dict[str, frozenset[tuple[bytes, int]]] = {}
    for _ in range(5):
        members = {f"m{n}": frozenset(random.sample(topics, random.randint(0, 4))) for n in range(random.randint(1, 5))}
        held = ASSIGNORS[name](members, sizes, held)
        given = [each for partitions in held.values() for each in partitions]
        wanted = frozenset[bytes]().union(*members.values())
        assert sorted(given) == sorted((topic, index) for topic in wanted for index in range(sizes[topic]))
        assert all(topic in members[member] for member, partitions in held.items() for topic, _ in partitions)


def test_the_assignor_is_what_most_want() -> None:
    assert elected([None, None]) == "uniform"
    assert elected(["range", None]) == "range"
    assert elected(["range", "uniform", "uniform"]) == "uniform"
