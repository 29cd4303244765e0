"""IAM access control: the actions and resources of `kafka-cluster` that stand for Kafka's operations.

What isn't listed there (CLUSTER_ACTION) no policy can allow. No operation implies another, and each needs Connect.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
"""

from collections.abc import Mapping
from typing import Final

from weirmq.iam import authorize
from weirmq.iam.evaluate import Asking
from weirmq.iam.policy import Policy
from weirmq.kernel.errors import ServiceError
from weirmq.services.kafka.acls import Operation, ResourceType

CONNECT: Final = "kafka-cluster:Connect"

ACTIONS: Final[Mapping[tuple[int, int], str]] = {
    (ResourceType.CLUSTER, Operation.DESCRIBE): "kafka-cluster:DescribeCluster",
    (ResourceType.CLUSTER, Operation.ALTER): "kafka-cluster:AlterCluster",
    (ResourceType.CLUSTER, Operation.DESCRIBE_CONFIGS): "kafka-cluster:DescribeClusterDynamicConfiguration",
    (ResourceType.CLUSTER, Operation.ALTER_CONFIGS): "kafka-cluster:AlterClusterDynamicConfiguration",
    (ResourceType.CLUSTER, Operation.IDEMPOTENT_WRITE): "kafka-cluster:WriteDataIdempotently",
    (ResourceType.TOPIC, Operation.CREATE): "kafka-cluster:CreateTopic",
    (ResourceType.TOPIC, Operation.DESCRIBE): "kafka-cluster:DescribeTopic",
    (ResourceType.TOPIC, Operation.ALTER): "kafka-cluster:AlterTopic",
    (ResourceType.TOPIC, Operation.DELETE): "kafka-cluster:DeleteTopic",
    (ResourceType.TOPIC, Operation.DESCRIBE_CONFIGS): "kafka-cluster:DescribeTopicDynamicConfiguration",
    (ResourceType.TOPIC, Operation.ALTER_CONFIGS): "kafka-cluster:AlterTopicDynamicConfiguration",
    (ResourceType.TOPIC, Operation.READ): "kafka-cluster:ReadData",
    (ResourceType.TOPIC, Operation.WRITE): "kafka-cluster:WriteData",
    (ResourceType.GROUP, Operation.DESCRIBE): "kafka-cluster:DescribeGroup",
    (ResourceType.GROUP, Operation.READ): "kafka-cluster:AlterGroup",
    (ResourceType.GROUP, Operation.DELETE): "kafka-cluster:DeleteGroup",
    (ResourceType.TRANSACTIONAL_ID, Operation.DESCRIBE): "kafka-cluster:DescribeTransactionalId",
    (ResourceType.TRANSACTIONAL_ID, Operation.WRITE): "kafka-cluster:AlterTransactionalId",
}

_KINDS: Final = {
    ResourceType.TOPIC: "topic",
    ResourceType.GROUP: "group",
    ResourceType.TRANSACTIONAL_ID: "transactional-id",
}


def may_connect(asking: Asking, cluster_arn: str, policy: Policy | None) -> bool:
    """Whether a caller is let in."""
    return _is_allowed(asking, CONNECT, cluster_arn, policy)


def may(
    asking: Asking, cluster_arn: str, policy: Policy | None, operation: int, resource_type: ResourceType, name: str
) -> bool:
    """Whether a caller's policies, or the cluster's, allow an operation on a resource of a cluster."""
    action = ACTIONS.get((resource_type, operation))
    if action is None:
        return False
    arn = cluster_arn
    if resource_type is not ResourceType.CLUSTER:
        arn = f"{cluster_arn.replace(':cluster/', f':{_KINDS[resource_type]}/', 1)}/{name}"
    return may_connect(asking, cluster_arn, policy) and _is_allowed(asking, action, arn, policy)


def _is_allowed(asking: Asking, action: str, arn: str, policy: Policy | None) -> bool:
    try:
        authorize(asking, action, arn, policy)
    except ServiceError:
        return False
    return True
