"""Requests along the model, right and wrong in every way that a seed thinks of: each is answered, or refused."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.fuzz.requests import Maker
from tests.services.kafka.control.world import CODEC, KAFKA, NODES, REGION, ROOT, World
from weirmq.engine.service import Call
from weirmq.kernel.errors import ServiceError
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.model import Operation
from weirmq.wire.http import Request

SEEDS = 6
REQUESTS = 300


def known(world: World, arn: str) -> dict[str, tuple[Any, ...]]:
    """Values that fit, by member."""
    secret = world.secret()
    configuration = world.do("CreateConfiguration", name="ours", serverProperties=b"num.partitions=2")["arn"]
    target = world.create("target")
    ends = {"sourceKafkaClusterArn": arn, "targetKafkaClusterArn": target}
    copied = {
        **ends,
        "targetCompressionType": "NONE",
        "topicReplication": {"topicsToReplicate": ["o.*"]},
        "consumerGroupReplication": {"consumerGroupsToReplicate": [".*"]},
    }
    return {
        "KafkaClusters": ([{"amazonMskCluster": {"mskClusterArn": each}} for each in ends.values()],),
        "ReplicationInfoList": ([copied],),
        "ReplicatorName": ("demo", "other"),
        "ServiceExecutionRoleArn": ("arn:aws:iam::111122223333:role/copies",),
        "LogDelivery": (None,),
        "ClusterArn": (arn,),
        "ResourceArn": (arn,),
        "TargetClusterArn": (arn,),
        "Arn": (configuration,),
        "Revision": (1, 2),
        "CurrentVersion": (world.version(arn),),
        "ClusterName": ("demo", "other"),
        "NumberOfBrokerNodes": (3,),
        "TargetNumberOfBrokerNodes": (3, 6),
        "BrokerNodeGroupInfo": (NODES,),
        "KafkaVersion": ("3.9.x.kraft",),
        "TopicName": ("orders", "bills"),
        "PartitionCount": (1, 3),
        "ReplicationFactor": (1,),
        "Configs": (None, "cmV0ZW50aW9uLm1zPTU="),
        "SecretArnList": ([secret],),
        "BrokerIds": (["1"], ["2", "3"]),
        "ServerProperties": ("bnVtLnBhcnRpdGlvbnM9Mg==",),
        "MaxResults": (1, 2),
        "NextToken": ("", "YWZ0ZXI6YQ=="),
    }


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def request_of(operation: Operation, tree: Any) -> Request:
    """A tree by the names on the wire as a request."""
    shape = operation.input_shape
    assert shape is not None
    path, query, body = operation.path, [], {}
    if not isinstance(tree, dict):
        return Request(operation.method.encode(), b"", path.encode(), b"", {}, json.dumps(tree).encode())
    located = {member.wire: member for member in shape.members if member.location}
    for name, value in tree.items():
        member = located.get(name)
        if member is None:
            body[name] = value
        elif member.location == "querystring":
            values = value if isinstance(value, list) else [value]
            query += [(name, text(each).encode("utf-8", "replace")) for each in values]
        else:
            path = path.replace(f"{{{name}}}", quote(text(value).encode("utf-8", "replace"), safe=""))
    data = json.dumps(body).encode("utf-8", "surrogatepass")
    return Request(operation.method.encode(), b"", path.encode(), urlencode(query).encode(), {}, data)


def answers(world: World, operation: Operation, call: Call, asked: Request) -> bool:
    """Whether a request is answered; a refusal must be one that can be written."""
    try:
        answer = world.kafka.operations[operation.name](world.kafka, call, CODEC.decode(operation, asked))
    except ServiceError as error:
        refusal = error
    else:
        return CODEC.encode(operation, answer, "id").status < 300
    assert 400 <= CODEC.encode_error(KAFKA, refusal, "id").status < 504
    return False


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_fails(seed: int) -> None:
    disk = SimulatedDisk()
    world, maker = World(disk), Maker(seed)
    maker.known = known(world, world.create())
    answered: set[str] = set()
    for _ in range(REQUESTS):
        operation = KAFKA.operations[maker.random.choice(list(KAFKA.operations))]
        if operation.name == "DeleteCluster":
            continue
        asked = request_of(operation, maker.tree(operation, maker.random.choice((0.0, 0.0, 0.05, 0.3))))
        call = Call(ROOT, REGION, world.clock.now_ms(), "http://localhost", "id")
        if answers(world, operation, call, asked):
            answered.add(operation.name)
        world.flush()
        maker.known["CurrentVersion"] = tuple(each.version for each in world.kafka.machine.control.clusters.values())
    assert len(answered) > 10
    before = list(world.kafka.machine.control.parts())
    assert list(world.restarted().kafka.machine.control.parts()) == before  # by a snapshot
    disk.kill()
    assert list(World(disk, world.clock).kafka.machine.control.parts()) == before  # by the facts
