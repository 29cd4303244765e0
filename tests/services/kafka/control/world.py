"""The control plane on Kafka's own world: AWS's operations through their codec, and secrets by their ARN."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from tests.services.kafka.world import World as KafkaWorld
from weirmq.engine.service import Call
from weirmq.iam.caller import Caller, root_of, user_of
from weirmq.iam.policy import Kind, read
from weirmq.kernel.errors import ServiceError
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.control.model import ManagedCluster
from weirmq.wire.aws.model import load
from weirmq.wire.aws.rest import RestJsonCodec

ACCOUNT = "111122223333"
OTHER = "444455556666"
REGION = "us-east-1"
ROOT = root_of(ACCOUNT, "AKIDEXAMPLE")
STRANGER = root_of(OTHER, "AKIDOTHER")
BAD, NOT_FOUND, CONFLICT = "BadRequestException", "NotFoundException", "ConflictException"
KAFKA = load("kafka")
CODEC = RestJsonCodec()
NODES = {"clientSubnets": ["subnet-a", "subnet-b", "subnet-c"], "instanceType": "kafka.m7g.large"}
OPEN = {"encryptionInTransit": {"clientBroker": "TLS_PLAINTEXT"}}
LOGINS = {"sasl": {"scram": {"enabled": True}, "iam": {"enabled": True}}}


class World(KafkaWorld):
    """Kafka, and a client of its control plane. `secrets` are those of Secrets Manager, by ARN."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.secrets: dict[str, str] = {}
        self.kafka.secret_of = self.secrets.get

    def restarted(self) -> "World":
        """A world that has what a snapshot of this one has; its ports are open again."""
        world = World(clock=self.clock)
        world.streams = world.kafka.streams = self.streams
        world.streams.readers = [world.kafka.fetches.signal]
        world.journal.replay(list(self.journal.snapshot()), 0)
        world.kafka.settle()
        world.secrets.update(self.secrets)
        for cluster in world.kafka.machine.clusters.values():
            for (broker, listener), port in cluster.ports.items():
                place = Place(cluster.number, broker, listener)
                world.kafka.ports[place] = world.opener.open(place, port)
        return world

    def do(
        self,
        operation: str,
        *,
        caller: Caller = ROOT,
        region: str = REGION,
        origin: str = "http://localhost",
        **members: Any,
    ) -> Any:
        """What the client reads. Members of paths and query strings have the model's names, others those of JSON."""
        spoken = KAFKA.operations[operation]
        call = Call(caller, region, self.clock.now_ms(), origin, "request")
        asked = msgspec.convert(members, spoken.input)
        try:
            answer = self.kafka.operations[operation](self.kafka, call, asked)
        finally:
            self.flush()
        return msgspec.json.decode(CODEC.encode(spoken, answer, "id").body or b"{}")

    def create(self, name: str = "demo", brokers: int = 3, **members: Any) -> str:
        """The ARN of a new cluster."""
        asked = {"brokerNodeGroupInfo": NODES, "kafkaVersion": "3.9.x.kraft", "encryptionInfo": OPEN, **members}
        answer = self.do("CreateCluster", clusterName=name, numberOfBrokerNodes=brokers, **asked)
        return str(answer["clusterArn"])

    def described(self, arn: str) -> Any:
        """What DescribeCluster says."""
        return self.do("DescribeCluster", ClusterArn=arn)["clusterInfo"]

    def version(self, arn: str) -> str:
        """A cluster's current version."""
        return str(self.managed(arn).version)

    def managed(self, arn: str) -> ManagedCluster:
        """A cluster as it is kept."""
        return self.kafka.machine.control.clusters[arn]

    def change(self, operation: str, arn: str, **members: Any) -> Any:
        """An update of a cluster at its current version; the operation that it made."""
        answer = self.do(operation, ClusterArn=arn, currentVersion=self.version(arn), **members)
        return self.do("DescribeClusterOperation", ClusterOperationArn=answer["clusterOperationArn"])[
            "clusterOperationInfo"
        ]

    def secret(self, name: str = "AmazonMSK_a", text: str = '{"username": "ann", "password": "s"}') -> str:
        """The ARN of a secret."""
        arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"
        self.secrets[arn] = text
        return arn


@contextmanager
def refused(code: str, *words: str, parameter: str = "") -> Iterator[None]:
    """Expects ServiceError `code`, and `words` in its message."""
    with pytest.raises(ServiceError) as caught:
        yield
    assert caught.value.code == code, caught.value.message
    for word in words:
        assert word in caught.value.message
    if parameter:
        assert (caught.value.fields or {})["InvalidParameter"] == parameter


def user(*actions: str, resource: str = "*", **condition: Any) -> Caller:
    """A user of the account who may do that."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    if condition:
        statement["Condition"] = condition
    return user_of(ACCOUNT, "ann", policies=(read({"Version": "2012-10-17", "Statement": [statement]}, Kind.IDENTITY),))


def missing(kind: str = "cluster") -> str:
    """The ARN of something that isn't there."""
    return f"arn:aws:kafka:{REGION}:{ACCOUNT}:{kind}/none/00000000-0000-4000-8000-000000000000-1"
