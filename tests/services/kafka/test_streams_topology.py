"""What a topology of Kafka Streams needs: tasks, sizes of internal topics, topics that are missing or don't fit."""

from collections.abc import Callable

import pytest

from tests.services.kafka.streaming import WORDS, internal, subtopology, topology
from weirmq.services.kafka.group_access import Refused
from weirmq.services.kafka.streams_topology import (
    INTERNAL_MAX,
    LETTERS_MAX,
    MISPARTITIONED,
    MISSING_INTERNAL,
    MISSING_SOURCES,
    TASKS_MAX,
    TOPICS_MAX,
    Layout,
    check_size,
    laid_out,
    named,
    topology_of,
)
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import CopartitionGroup, KeyValue, Topology


def made(of: Topology, **sizes: int) -> Layout:
    return laid_out(topology_of(of), {name.replace("_", "-"): count for name, count in sizes.items()})


def status(of: Topology, **sizes: int) -> int | None:
    found = made(of, **sizes).status
    return None if found is None else found.status_code


def test_sizes_go_from_sources_to_repartition_topics_to_changelogs() -> None:
    found = made(WORDS, lines=3)
    assert found.tasks == {"0": 3, "1": 3}
    assert found.partitions == {"words": 3, "counts": 3}
    assert [(each.name, each.num_partitions, each.replication_factor) for each in found.missing] == [
        ("counts", 3, -1),
        ("words", 3, -1),
    ]
    assert [(each.name, each.value) for each in found.missing[0].configs] == [("cleanup.policy", "compact")]
    assert found.status is not None
    assert found.status.status_code == MISSING_INTERNAL
    assert "counts, words" in found.status.status_detail
    assert made(WORDS, lines=3, words=3, counts=3).is_ready


def test_a_task_for_each_partition_of_the_largest_source() -> None:
    assert made(topology(subtopology("0", "a", "b")), a=2, b=5).tasks == {"0": 5}


def test_sizes_go_on_through_repartition_topics_in_whatever_order() -> None:
    of = topology(
        subtopology("0", reads=[internal("c")], writes=["d"]),
        subtopology("1", reads=[internal("b")], writes=["c"]),
        subtopology("2", "a", writes=["b"]),
        subtopology("3", reads=[internal("d")]),
    )
    assert made(of, a=4).partitions == {"b": 4, "c": 4, "d": 4}


def test_a_repartition_topic_has_the_size_that_it_says() -> None:
    of = topology(subtopology("0", "a", writes=["b"]), subtopology("1", reads=[internal("b", 7)], stores=["s"]))
    found = made(of, a=2)
    assert (found.tasks, found.partitions) == ({"0": 2, "1": 7}, {"b": 7, "s": 7})


def test_copartitioned_repartition_topics_follow_sources() -> None:
    of = topology(
        subtopology("0", "a", writes=["b"]), subtopology("1", "wide", reads=[internal("b")], together=([0], [0]))
    )
    assert made(of, a=2, wide=6).partitions == {"b": 6}


def test_copartitioned_repartition_topics_are_as_large_as_the_largest() -> None:
    of = topology(
        subtopology("0", "a", writes=["x"]),
        subtopology("1", "b", writes=["y"]),
        subtopology("2", reads=[internal("x"), internal("y")], together=([], [0, 1])),
    )
    assert made(of, a=2, b=3).partitions == {"x": 3, "y": 3}


def test_copartitioned_repartition_topics_follow_one_of_a_fixed_size() -> None:
    of = topology(
        subtopology("0", "a", writes=["x", "y", "z"]),
        subtopology("1", reads=[internal("x"), internal("y", 5)], together=([], [0, 1])),
        subtopology("2", reads=[internal("z", 9)]),  # has nothing to do with those
    )
    assert made(of, a=2).partitions == {"x": 5, "y": 5, "z": 9}


def test_topics_that_are_missing_are_named_three_at_most() -> None:
    found = made(topology(subtopology("0", "e", "d", "c", "b", "a")), a=1).status
    assert found is not None
    assert found.status_code == MISSING_SOURCES
    assert "b, c, d and 1 more" in found.status_detail


@pytest.mark.parametrize(
    ("of", "sizes"),
    [
        pytest.param(topology(subtopology("0", "a", "b", together=([0, 1], []))), {"a": 1, "b": 2}, id="sources"),
        pytest.param(WORDS, {"lines": 2, "words": 3}, id="repartition topic"),
        pytest.param(WORDS, {"lines": 2, "words": 2, "counts": 1}, id="changelog"),
        pytest.param(
            topology(
                subtopology("0", "a", writes=["x"]),
                subtopology("1", "b", reads=[internal("x", 3)], together=([0], [0])),
            ),
            {"a": 2, "b": 2},
            id="fixed beside a source",
        ),
        pytest.param(
            topology(
                subtopology("0", "a", writes=["x", "y"]),
                subtopology("1", reads=[internal("x", 3), internal("y", 4)], together=([], [0, 1])),
            ),
            {"a": 2},
            id="two fixed",
        ),
    ],
)
def test_topics_that_do_not_fit(of: Topology, sizes: dict[str, int]) -> None:
    assert status(of, **sizes) == MISPARTITIONED


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(topology(subtopology("0")), id="nothing to read"),
        pytest.param(topology(subtopology("0", reads=[internal("a")])), id="never written"),
        pytest.param(
            topology(
                subtopology("0", reads=[internal("a")], writes=["b"]),
                subtopology("1", reads=[internal("b")], writes=["a"]),
            ),
            id="circle",
        ),
        pytest.param(topology(subtopology("0", "a"), subtopology("0", "b")), id="an id twice"),
        pytest.param(topology(subtopology("0", "a", together=([1], []))), id="copartitioned with nothing"),
        pytest.param(topology(subtopology("0", "a", together=([], [-1]))), id="copartitioned with a number below 0"),
        pytest.param(topology(subtopology("0", "a", reads=[internal("b", -1)], writes=["b"])), id="a size below 0"),
    ],
)
def test_topologies_that_cannot_be(of: Topology) -> None:
    with pytest.raises(Refused) as refused:
        made(of, a=1, b=1)
    assert refused.value.code == Code.STREAMS_INVALID_TOPOLOGY


def test_in_a_circle_sizes_come_from_what_is_known() -> None:
    of = topology(
        subtopology("0", "a", reads=[internal("y")], writes=["x"]),
        subtopology("1", "b", reads=[internal("x")], writes=["y"]),
        subtopology("2", "wide", writes=["x"]),  # knows all that it reads, so it says how large x is
    )
    assert made(of, a=2, b=3, wide=7).partitions == {"x": 7, "y": 7}


def test_a_topology_has_so_many_tasks_at_most() -> None:
    of = topology(*(subtopology(str(number), "a") for number in range(6)))
    assert made(of, a=TASKS_MAX // 6).is_ready
    with pytest.raises(Refused):
        made(of, a=TASKS_MAX // 6 + 1)


def test_internal_topics_have_so_many_partitions_at_most() -> None:
    stores = INTERNAL_MAX // TASKS_MAX
    fits = topology(subtopology("0", "a", stores=[f"c{number}" for number in range(stores)]))
    assert made(fits, a=TASKS_MAX).status is not None
    with pytest.raises(Refused, match="there may be 50000"):
        made(topology(subtopology("0", "a", stores=[f"c{number}" for number in range(stores + 1)])), a=TASKS_MAX)


def many(topics: int) -> Topology:
    return topology(subtopology("0", *(f"t{number}" for number in range(topics))))


def same(topics: int) -> Topology:
    return topology(*(subtopology(str(number), "a") for number in range(topics)))


def empty(subtopologies: int) -> Topology:
    return topology(*(subtopology(str(number)) for number in range(subtopologies)))


def written(topics: int) -> Topology:
    return topology(subtopology("0", "a", writes=["b"] * (topics - 1)))


@pytest.mark.parametrize("made_of", [many, same, empty, written])
def test_a_topology_names_so_many_topics_at_most(made_of: Callable[[int], Topology]) -> None:
    check_size(made_of(TOPICS_MAX))
    with pytest.raises(Refused) as refused:
        check_size(made_of(TOPICS_MAX + 1))
    assert refused.value.code == Code.STREAMS_INVALID_TOPOLOGY


def test_ids_and_configs_have_so_many_letters_at_most() -> None:
    def of(name: str, key: str, value: str) -> Topology:
        found = subtopology(name, "a", reads=[internal("b")])
        found.repartition_source_topics[0].topic_configs = [KeyValue(key, value)]
        return topology(found)

    long = "x" * (LETTERS_MAX - 2)
    for each in ((long, "x", "x"), ("x", long, "x"), ("x", "x", long)):
        check_size(of(*each))
        with pytest.raises(Refused) as refused:
            check_size(of(*(text + "x" if text is long else text for text in each)))
        assert refused.value.code == Code.STREAMS_INVALID_TOPOLOGY


def test_a_long_chain_takes_no_longer_than_its_length() -> None:
    last = TASKS_MAX // 2 - 1
    chain = [subtopology(str(at), reads=[internal(f"t{at + 1}")], writes=[f"t{at}"]) for at in range(last)]
    found = made(topology(*chain, subtopology(str(last), "a", writes=[f"t{last}"])), a=2)
    assert set(found.partitions.values()) == {2}


def test_a_changelog_has_no_size_of_its_own() -> None:
    of = subtopology("0", "a")
    of.state_changelog_topics = [internal("c", 1)]
    with pytest.raises(Refused):
        topology_of(topology(of))


def test_no_epoch_is_below_0() -> None:
    with pytest.raises(Refused) as refused:
        topology_of(topology(epoch=-1))
    assert refused.value.code == Code.STREAMS_INVALID_TOPOLOGY_EPOCH


def test_a_group_of_nothing_is_copartitioned() -> None:
    of = subtopology("0", "a")
    of.copartition_groups = [CopartitionGroup()]
    assert made(topology(of), a=2).is_ready


def test_all_topics_are_named_once() -> None:
    assert sorted(named(WORDS.subtopologies)) == ["counts", "lines", "words"]
