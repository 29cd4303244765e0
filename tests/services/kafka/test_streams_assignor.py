"""Who runs which tasks of a Kafka Streams application."""

from random import Random

import pytest

from weirmq.services.kafka.streams_assignor import NO_TASKS, Had, Task, Tasks, sticky


def fresh(**processes: str) -> dict[str, Had]:
    """Members that had nothing, by the processes that they are in."""
    return {member: Had(process) for member, process in processes.items()}


def next_round(members: dict[str, Had], found: dict[str, Tasks]) -> dict[str, Had]:
    return {member: Had(had.process, found.get(member, NO_TASKS)) for member, had in members.items()}


def shown(tasks: frozenset[Task]) -> str:
    return " ".join(f"{name}_{index}" for name, index in sorted(tasks))


def active(found: dict[str, Tasks]) -> dict[str, str]:
    return {member: shown(tasks.active) for member, tasks in found.items()}


def standby(found: dict[str, Tasks]) -> dict[str, str]:
    return {member: shown(tasks.standby) for member, tasks in found.items()}


def test_nobody_has_nothing() -> None:
    assert sticky({}, {"0": 4}, set(), 0) == {}
    assert sticky(fresh(ann="a"), {}, set(), 1) == {"ann": NO_TASKS}


def test_processes_share_by_the_number_of_their_threads() -> None:
    found = sticky(fresh(ann="a", amy="a", bob="b"), {"0": 6}, set(), 0)
    assert {member: len(tasks.active) for member, tasks in found.items()} == {"ann": 2, "amy": 2, "bob": 2}
    found = sticky(fresh(ann="a", bob="b", cy="c"), {"0": 2}, set(), 0)
    assert sorted(len(tasks.active) for tasks in found.values()) == [0, 1, 1]


def test_members_keep_their_tasks_up_to_their_share() -> None:
    members = fresh(ann="a")
    members = next_round(members, sticky(members, {"0": 4, "1": 2}, set(), 0)) | fresh(bob="b")
    found = sticky(members, {"0": 4, "1": 2}, set(), 0)
    assert active(found) == {"ann": "0_0 0_1 1_0", "bob": "0_2 0_3 1_1"}
    assert sticky(next_round(members, found), {"0": 4, "1": 2}, set(), 0) == found


def test_tasks_of_one_that_is_gone_go_to_its_standby() -> None:
    members = {
        "ann": Had("a", Tasks(frozenset({("0", 0), ("0", 1)}))),
        "bob": Had("b", Tasks(frozenset({("0", 2)}), frozenset({("0", 3)}))),
        "cy": Had("c", Tasks(frozenset({("0", 4)}))),
    }
    assert active(sticky(members, {"0": 5}, {"0"}, 0)) == {"ann": "0_0 0_1", "bob": "0_2 0_3", "cy": "0_4"}


def test_standbys_are_in_other_processes_than_what_they_copy() -> None:
    found = sticky(fresh(ann="a", bob="b"), {"0": 2, "1": 2}, {"1"}, 1)
    assert active(found) == {"ann": "0_0 1_0", "bob": "0_1 1_1"}
    assert standby(found) == {"ann": "1_1", "bob": "1_0"}
    assert standby(sticky(fresh(ann="a", amy="a"), {"0": 2}, {"0"}, 2)) == {"ann": "", "amy": ""}


def test_one_that_ran_a_task_keeps_a_copy_of_it() -> None:
    members = {"ann": Had("a", Tasks(frozenset({("0", 0), ("0", 1)}))), "bob": Had("b"), "cy": Had("c")}
    found = sticky(members, {"0": 2}, {"0"}, 1)
    assert active(found)["ann"] == "0_0"
    assert "0_1" in standby(found)["ann"]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_was_before_all_tasks_are_assigned_evenly(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a simulation
    tasks = {str(number): random.randrange(1, 7) for number in range(random.randrange(1, 5))}
    stateful = {name for name in tasks if random.random() < 0.7}
    replicas = random.randrange(3)
    members: dict[str, Had] = {}
    for number in range(8):
        if members and random.random() < 0.4:
            del members[random.choice(sorted(members))]
        for more in range(random.randrange(1, 3)):
            members[f"{number} {more}"] = Had(f"p{random.randrange(4)}")
        found = sticky(members, tasks, stateful, replicas)
        _check(members, found, tasks, stateful, replicas)
        members = next_round(members, found)
    assert sticky(members, tasks, stateful, replicas).keys() == members.keys()


def _check(
    members: dict[str, Had], found: dict[str, Tasks], tasks: dict[str, int], stateful: set[str], replicas: int
) -> None:
    every = {(name, index) for name, count in tasks.items() for index in range(count)}
    run = [task for each in found.values() for task in each.active]
    assert sorted(run) == sorted(every)
    most = -(-len(every) // len(members))
    assert max(len(each.active) for each in found.values()) <= most + 1
    processes = {had.process for had in members.values()}
    for task in every:
        places = [members[member].process for member, each in found.items() if task in each.active | each.standby]
        copies = min(replicas, len(processes) - 1) if task[0] in stateful else 0
        assert len(places) == len(set(places)) == 1 + copies
