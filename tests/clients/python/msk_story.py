"""What a program with boto3 does with Amazon MSK, and confluent-kafka with what it is given, step by step.

One line a step; exit status 1 when a step fails. Needs the server's address in AWS_ENDPOINT_URL.
"""

import base64
import json
import sys
import time
import traceback
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from client import ENDPOINT, RUN, equal, raises, session

LIMIT_S = 20
CLUSTER = f"{RUN}-weir"
NODES = {"ClientSubnets": ["subnet-1", "subnet-2", "subnet-3"], "InstanceType": "kafka.m7g.large"}
PLAIN = {"EncryptionInTransit": {"ClientBroker": "TLS_PLAINTEXT"}}

msk = session.client("kafka", endpoint_url=ENDPOINT)
secrets = session.client("secretsmanager", endpoint_url=ENDPOINT)
errors = msk.exceptions


def described(arn: str) -> Any:
    return msk.describe_cluster(ClusterArn=arn)["ClusterInfo"]


def version(arn: str) -> str:
    return str(described(arn)["CurrentVersion"])


def complete(answer: Any) -> None:
    """An update's operation must have come to its end."""
    found = msk.describe_cluster_operation_v2(ClusterOperationArn=answer["ClusterOperationArn"])
    equal(found["ClusterOperationInfo"]["OperationState"], "UPDATE_COMPLETE")


def there_and_back(settings: dict[str, Any], topic: str) -> None:
    """Write a record and read it."""
    told: list[Any] = []
    producer = Producer(settings)
    producer.produce(topic, b"hello", on_delivery=lambda error, _message: told.append(error))
    equal((producer.flush(LIMIT_S), told), (0, [None]))
    consumer = Consumer(settings | {"group.id": RUN, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    message = consumer.poll(LIMIT_S)
    assert message is not None, "nothing came"
    equal(message.value(), b"hello")
    consumer.close()


def create() -> str:
    answer = msk.create_cluster(
        ClusterName=CLUSTER,
        BrokerNodeGroupInfo=NODES,
        KafkaVersion="3.9.x.kraft",
        NumberOfBrokerNodes=3,
        EncryptionInfo=PLAIN,
        Tags={"team": "rivers"},
    )
    arn = str(answer["ClusterArn"])
    equal((described(arn)["State"], described(arn)["Tags"]), ("ACTIVE", {"team": "rivers"}))
    listed = [
        each["ClusterArn"] for page in msk.get_paginator("list_clusters").paginate() for each in page["ClusterInfoList"]
    ]
    assert arn in listed
    error = raises(
        errors.ConflictException,
        msk.create_cluster,
        ClusterName=CLUSTER,
        BrokerNodeGroupInfo=NODES,
        KafkaVersion="3.9.x.kraft",
        NumberOfBrokerNodes=3,
    )
    equal(error.response["InvalidParameter"], "clusterName")
    print("ok cluster")
    return arn


def use(arn: str) -> None:
    brokers = msk.get_bootstrap_brokers(ClusterArn=arn)
    msk.create_topic(ClusterArn=arn, TopicName="rivers", PartitionCount=6, ReplicationFactor=3)
    equal(msk.describe_topic(ClusterArn=arn, TopicName="rivers")["ReplicationFactor"], 3)
    settings = {"bootstrap.servers": brokers["BootstrapBrokerString"]}
    there_and_back(settings, "rivers")
    metadata = AdminClient(settings).list_topics(timeout=LIMIT_S)
    equal(len(metadata.brokers), 3)
    equal({each.leader for each in metadata.topics["rivers"].partitions.values()}, {1, 2, 3})
    encrypted = {"bootstrap.servers": brokers["BootstrapBrokerStringTls"], "security.protocol": "SSL"}
    there_and_back(encrypted | {"enable.ssl.certificate.verification": False}, "rivers")
    print("ok brokers")


def replicate(arn: str) -> None:
    """What was written to the cluster comes to another one."""
    copy = msk.create_cluster(
        ClusterName=f"{CLUSTER}-copy",
        BrokerNodeGroupInfo=NODES,
        KafkaVersion="3.9.x.kraft",
        NumberOfBrokerNodes=3,
        EncryptionInfo=PLAIN,
    )["ClusterArn"]
    made = replicator(arn, copy)
    error = raises(errors.ConflictException, replicator, arn, copy)
    equal(error.response["InvalidParameter"], "replicatorName")
    found = msk.describe_replicator(ReplicatorArn=made)
    equal(found["ReplicatorState"], "RUNNING")
    [listed] = msk.list_replicators(ReplicatorNameFilter=RUN)["Replicators"]
    equal(listed["ReplicatorArn"], made)
    alias = found["ReplicationInfoList"][0]["SourceKafkaClusterAlias"]
    settings = {"bootstrap.servers": msk.get_bootstrap_brokers(ClusterArn=copy)["BootstrapBrokerString"]}
    consumer = Consumer(
        settings | {"group.id": "readers", "auto.offset.reset": "earliest", "topic.metadata.refresh.interval.ms": 500}
    )
    consumer.subscribe([f"{alias}.rivers"])
    equal([arrived(consumer), arrived(consumer)], [b"hello", b"hello"])
    consumer.close()
    changes = found["ReplicationInfoList"][0]["TopicReplication"] | {"TopicsToReplicate": ["lakes"]}
    del changes["StartingPosition"], changes["TopicNameConfiguration"]
    msk.update_replication_info(
        ReplicatorArn=made,
        CurrentVersion=found["CurrentVersion"],
        SourceKafkaClusterArn=arn,
        TargetKafkaClusterArn=copy,
        TopicReplication=changes,
    )
    msk.delete_replicator(ReplicatorArn=made)
    raises(errors.NotFoundException, msk.describe_replicator, ReplicatorArn=made)
    msk.delete_cluster(ClusterArn=copy)
    print("ok replicator")


def replicator(source: str, target: str) -> str:
    """The ARN of one that is made."""
    info = {
        "SourceKafkaClusterArn": source,
        "TargetKafkaClusterArn": target,
        "TargetCompressionType": "NONE",
        "TopicReplication": {"TopicsToReplicate": [".*"], "StartingPosition": {"Type": "EARLIEST"}},
        "ConsumerGroupReplication": {"ConsumerGroupsToReplicate": [".*"]},
    }
    answer = msk.create_replicator(
        ReplicatorName=f"{RUN}-copies",
        KafkaClusters=[{"AmazonMskCluster": {"MskClusterArn": each}} for each in (source, target)],
        ReplicationInfoList=[info],
        ServiceExecutionRoleArn="arn:aws:iam::000000000000:role/copies",
    )
    return str(answer["ReplicatorArn"])


def arrived(consumer: Consumer) -> bytes | None:
    """The value of the next record; topics that aren't there yet are waited for."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            return bytes(message.value())
    return None


def topics(arn: str) -> None:
    configs = base64.b64encode(b"retention.ms=60000").decode()
    msk.update_topic(ClusterArn=arn, TopicName="rivers", PartitionCount=7, Configs=configs)
    found = msk.describe_topic(ClusterArn=arn, TopicName="rivers")
    equal((found["PartitionCount"], found["Configs"]), (7, configs))
    equal(len(msk.describe_topic_partitions(ClusterArn=arn, TopicName="rivers")["Partitions"]), 7)
    raises(
        errors.TopicExistsException,
        msk.create_topic,
        ClusterArn=arn,
        TopicName="rivers",
        PartitionCount=1,
        ReplicationFactor=1,
    )
    msk.delete_topic(ClusterArn=arn, TopicName="rivers")
    equal(msk.list_topics(ClusterArn=arn)["Topics"], [])
    print("ok topics")


def configuration(arn: str) -> None:
    made = msk.create_configuration(
        Name=f"{RUN}-ours", ServerProperties=b"auto.create.topics.enable=true\nnum.partitions=2"
    )
    info = {"Arn": made["Arn"], "Revision": made["LatestRevision"]["Revision"]}
    complete(msk.update_cluster_configuration(ClusterArn=arn, ConfigurationInfo=info, CurrentVersion=version(arn)))
    settings = {"bootstrap.servers": msk.get_bootstrap_brokers(ClusterArn=arn)["BootstrapBrokerString"]}
    there_and_back(settings, "made-on-demand")
    equal(msk.describe_topic(ClusterArn=arn, TopicName="made-on-demand")["PartitionCount"], 2)
    raises(errors.BadRequestException, msk.delete_configuration, Arn=made["Arn"])
    raises(errors.BadRequestException, msk.create_configuration, Name="x", ServerProperties=b"no.such=1")
    print("ok configuration")


def logins(arn: str) -> None:
    complete(
        msk.update_security(
            ClusterArn=arn,
            CurrentVersion=version(arn),
            ClientAuthentication={"Sasl": {"Scram": {"Enabled": True}}, "Unauthenticated": {"Enabled": False}},
            EncryptionInfo={"EncryptionInTransit": {"ClientBroker": "TLS"}},
        )
    )
    brokers = msk.get_bootstrap_brokers(ClusterArn=arn)
    assert "BootstrapBrokerString" not in brokers
    login = {"username": "ann", "password": "first"}
    secret = secrets.create_secret(Name=f"AmazonMSK_{RUN}", SecretString=json.dumps(login))["ARN"]
    answer = msk.batch_associate_scram_secret(ClusterArn=arn, SecretArnList=[secret])
    equal(answer["UnprocessedScramSecrets"], [])
    settings = {
        "bootstrap.servers": brokers["BootstrapBrokerStringSaslScram"],
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "ann",
        "enable.ssl.certificate.verification": False,
    }
    there_and_back(settings | {"sasl.password": "first"}, "scram")
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(login | {"password": "second"}))
    there_and_back(settings | {"sasl.password": "second"}, "scram-again")
    is_kept_out(settings | {"sasl.password": "first"})
    equal(msk.list_scram_secrets(ClusterArn=arn)["SecretArnList"], [secret])
    print("ok logins")


def is_kept_out(settings: dict[str, Any]) -> None:
    try:
        AdminClient(settings | {"log_level": 0}).list_topics(timeout=2)
    except KafkaException:
        return
    raise AssertionError("let in with the password of before")


def growth(arn: str) -> None:
    complete(msk.update_broker_count(ClusterArn=arn, CurrentVersion=version(arn), TargetNumberOfBrokerNodes=6))
    equal(len(msk.list_nodes(ClusterArn=arn)["NodeInfoList"]), 6)
    complete(msk.reboot_broker(ClusterArn=arn, BrokerIds=["2"]))
    msk.tag_resource(ResourceArn=arn, Tags={"a/b": "c d"})
    msk.untag_resource(ResourceArn=arn, TagKeys=["team", "x&y"])
    equal(msk.list_tags_for_resource(ResourceArn=arn)["Tags"], {"a/b": "c d"})
    raises(
        errors.BadRequestException,
        msk.update_broker_count,
        ClusterArn=arn,
        CurrentVersion="K1",
        TargetNumberOfBrokerNodes=9,
    )
    print("ok growth")


def removal(arn: str) -> None:
    equal(msk.delete_cluster(ClusterArn=arn, CurrentVersion=version(arn))["State"], "DELETING")
    error = raises(errors.NotFoundException, msk.describe_cluster, ClusterArn=arn)
    equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 404)
    print("ok removal")


def main() -> int:
    try:
        arn = create()
        for step in (use, replicate, topics, configuration, logins, growth, removal):
            step(arn)
    except Exception:  # noqa: BLE001 - whatever it is, it is shown
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
