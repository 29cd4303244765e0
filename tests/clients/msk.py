"""Clusters of three brokers, made by boto3 for those who test other things than how one makes them."""

from typing import Any

import boto3

from tests.clients.server import REGION, Server

BROKERS = 3
NODES = {"ClientSubnets": ["subnet-1", "subnet-2", "subnet-3"], "InstanceType": "kafka.m7g.large"}
PLAIN = {"EncryptionInTransit": {"ClientBroker": "PLAINTEXT"}}


def client(server: Server, **more: Any) -> Any:
    """Of MSK; to be closed."""
    return boto3.session.Session().client(
        "kafka",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=server.key.access_key,
        aws_secret_access_key=server.key.secret,
        **more,
    )


def create(client: Any, name: str) -> str:
    """The ARN of a new cluster."""
    answer = client.create_cluster(
        ClusterName=name,
        BrokerNodeGroupInfo=NODES,
        KafkaVersion="3.9.x.kraft",
        NumberOfBrokerNodes=BROKERS,
        EncryptionInfo=PLAIN,
    )
    return str(answer["ClusterArn"])


def brokers(client: Any, arn: str) -> list[str]:
    """Host and port of each broker."""
    found = str(client.get_bootstrap_brokers(ClusterArn=arn)["BootstrapBrokerString"]).split(",")
    assert len(found) == BROKERS
    return found
