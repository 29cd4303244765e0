"""CreateAcls, DescribeAcls, DeleteAcls: the lists themselves, and that they outlive a restart."""

from typing import Any

import pytest

from tests.services.kafka.world import Peer, World
from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka.acls import Operation, PatternType, Permission, ResourceType
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_acls_request import AclCreation, CreateAclsRequest
from weirmq.wire.kafka.messages.delete_acls_request import DeleteAclsFilter, DeleteAclsRequest
from weirmq.wire.kafka.messages.describe_acls_request import DescribeAclsRequest

READ, DESCRIBE = Operation.READ, Operation.DESCRIBE
ANY = (ResourceType.ANY, None, PatternType.ANY, None, None, Operation.ANY, Permission.ANY)


def creation(operation: int = READ, **more: Any) -> AclCreation:
    given: dict[str, Any] = {
        "resource_type": ResourceType.TOPIC,
        "resource_name": "orders",
        "resource_pattern_type": PatternType.LITERAL,
        "principal": "User:alice",
        "host": "*",
        "permission_type": Permission.ALLOW,
    }
    return AclCreation(operation=operation, **(given | more))


def create(world: World, *asked: AclCreation, peer: Peer | None = None) -> list[Code]:
    return [Code(each.error_code) for each in world.ask(CreateAclsRequest(list(asked)), peer=peer).results]


def listed(world: World, **wanted: Any) -> set[tuple[int, str, int, str, str, int, int]]:
    fields = dict(zip(DescribeAclsRequest.__struct_fields__, ANY, strict=True)) | wanted
    answer = world.ask(DescribeAclsRequest(**fields))
    assert answer.error_code == 0
    return {
        (
            of.resource_type,
            of.resource_name,
            of.pattern_type,
            acl.principal,
            acl.host,
            acl.operation,
            acl.permission_type,
        )
        for of in answer.resources
        for acl in of.acls
    }


def test_acls_are_created_described_and_deleted(world: World) -> None:
    assert create(world, creation(), creation(DESCRIBE), creation(resource_name="bills")) == [Code.NONE] * 3
    assert create(world, creation()) == [Code.NONE]
    assert len(listed(world)) == 3
    assert listed(world, resource_name_filter="bills") == {
        (ResourceType.TOPIC, "bills", PatternType.LITERAL, "User:alice", "*", READ, Permission.ALLOW)
    }
    wanted = [DeleteAclsFilter(*ANY[:1], "orders", *ANY[2:]), DeleteAclsFilter(*ANY[:5], READ, Permission.ANY)]
    results = world.ask(DeleteAclsRequest(wanted)).filter_results
    assert [len(each.matching_acls) for each in results] == [2, 2]
    assert listed(world) == set()


@pytest.mark.parametrize("on_disk", [True, False])
def test_they_outlive_a_restart(on_disk: bool) -> None:
    world = World(SimulatedDisk() if on_disk else None)
    create(world, creation(), creation(resource_pattern_type=PatternType.PREFIXED))
    world.ask(DeleteAclsRequest([DeleteAclsFilter(*ANY[:2], PatternType.PREFIXED, *ANY[3:])]))
    again = world.restarted()
    assert len(listed(world)) == 1
    assert listed(again) == listed(world)


@pytest.mark.parametrize(
    "asked",
    [
        creation(resource_type=ResourceType.ANY),
        creation(resource_type=9),
        creation(resource_type=ResourceType.CLUSTER),
        creation(resource_pattern_type=PatternType.MATCH),
        creation(Operation.ANY),
        creation(16),
        creation(permission_type=Permission.ANY),
        creation(resource_name=""),
        creation(principal="alice"),
    ],
)
def test_what_is_no_acl(world: World, asked: AclCreation) -> None:
    bad, good = world.ask(CreateAclsRequest([asked, creation()])).results
    assert (bad.error_code, bool(bad.error_message), good.error_code) == (Code.INVALID_REQUEST, True, 0)
    assert len(listed(world)) == 1


@pytest.mark.parametrize("place", [0, 2, 5, 6])
def test_what_is_no_filter(world: World, place: int) -> None:
    fields = list(ANY)
    fields[place] = 0
    assert world.ask(DescribeAclsRequest(*fields)).error_code == Code.INVALID_REQUEST
    (result,) = world.ask(DeleteAclsRequest([DeleteAclsFilter(*fields)])).filter_results
    assert (result.error_code, result.matching_acls) == (Code.INVALID_REQUEST, [])


def test_a_full_disk_takes_no_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    create(world, creation())

    def no_room(*_: object, **__: object) -> None:
        raise NoRoom("the disk is full")

    monkeypatch.setattr(world.journal, "commit", no_room)
    assert create(world, creation(READ), creation(DESCRIBE)) == [Code.KAFKA_STORAGE_ERROR] * 2
    (result,) = world.ask(DeleteAclsRequest([DeleteAclsFilter(*ANY)])).filter_results
    assert (result.error_code, result.matching_acls) == (Code.KAFKA_STORAGE_ERROR, [])
    assert len(listed(world)) == 1


def test_who_may_not_alter_the_cluster_changes_no_acls(world: World) -> None:
    cluster = {"resource_type": ResourceType.CLUSTER, "resource_name": "kafka-cluster", "principal": "User:admin"}
    create(world, creation(Operation.ALTER, **cluster))
    bob, admin = Peer("bob"), Peer("admin")
    assert create(world, creation(), peer=bob) == [Code.CLUSTER_AUTHORIZATION_FAILED]
    assert world.ask(DescribeAclsRequest(*ANY), peer=bob).error_code == Code.CLUSTER_AUTHORIZATION_FAILED
    (result,) = world.ask(DeleteAclsRequest([DeleteAclsFilter(*ANY)]), peer=bob).filter_results
    assert result.error_code == Code.CLUSTER_AUTHORIZATION_FAILED
    assert create(world, creation(), peer=admin) == [Code.NONE]
    assert world.ask(DescribeAclsRequest(*ANY), peer=admin).error_code == 0
