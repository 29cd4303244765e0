"""Replicators, which copy topics from one cluster to another: a name, tags and a version for a replication.

One whose cluster was deleted is FAILED: it copies nothing, and can only be deleted.

Source: https://docs.aws.amazon.com/msk/1.0/apireference/v1-replicators.html and
https://docs.aws.amazon.com/msk/latest/developerguide/msk-replicator.html
"""

import re
from typing import Final

from msgspec.structs import replace

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.services.kafka.control import errors, replicating, tags
from weirmq.services.kafka.control.facts import ReplicatorChanged, ReplicatorCreated, ReplicatorDeleted
from weirmq.services.kafka.control.limits import REPLICATORS
from weirmq.services.kafka.control.model import ManagedCluster, Replicator
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.replicating import alias
from weirmq.services.kafka.control.resources import check_version, create_keys, find, find_cluster, new_id, new_version
from weirmq.services.kafka.replication import start_replication, stop_replication, update_replication
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.scalars import Iso8601
from weirmq.wire.aws.types.kafka import (
    AmazonMskCluster,
    CreateReplicatorRequest,
    CreateReplicatorResponse,
    DeleteReplicatorRequest,
    DeleteReplicatorResponse,
    DescribeReplicatorRequest,
    DescribeReplicatorResponse,
    KafkaCluster,
    KafkaClusterDescription,
    KafkaClusterSummary,
    ListReplicatorsRequest,
    ListReplicatorsResponse,
    ReplicationInfo,
    ReplicationInfoDescription,
    ReplicationInfoSummary,
    ReplicationStateInfo,
    ReplicatorState_,
    ReplicatorSummary,
    UpdateReplicationInfoRequest,
    UpdateReplicationInfoResponse,
)

_ROLE: Final = re.compile(r"arn:[^:]+:iam::[0-9]{12}:role/.+")


# Create


def create_replicator(kafka: Kafka, call: Call, request: CreateReplicatorRequest) -> CreateReplicatorResponse:
    """Copy from one cluster to another from now on. Raises BadRequest, Conflict, NotFound."""
    account, region, name = call.caller.account, call.region, request.ReplicatorName
    resource = arn.build("kafka", region, account, f"replicator/{name}/*")
    authorize(call, "kafka:CreateReplicator", resource, keys=create_keys(request.Tags))
    if not _ROLE.fullmatch(request.ServiceExecutionRoleArn):
        raise errors.bad_arn("serviceExecutionRoleArn")
    if len(request.ReplicationInfoList) != 1:
        raise errors.bad("replicationInfoList", "A replicator copies in one direction: give one replicationInfo.")
    clusters = replicating.check_clusters(request.KafkaClusters)
    replicating.check_logs(request.LogDelivery)
    info = replicating.checked(request.ReplicationInfoList[0], clusters)
    source, target = (_find_cluster(kafka, call, each) for each in _ends(info))
    _check_new(kafka, call, name)
    fact = ReplicatorCreated(
        account, region, name, new_id(kafka.entropy), new_version(kafka.entropy), request.Description or "",
        request.ServiceExecutionRoleArn, request.KafkaClusters, info, request.LogDelivery,
        tags.check({}, request.Tags or {}),
    )  # fmt: skip
    try:
        start_replication(kafka, call.now_ms, replicating.replication(kafka, fact.id, info, source, target), fact)
    except ValueError as error:
        raise errors.bad("replicationInfoList", f"It can't be: {error}.") from None
    made = next(each for each in _of_account(kafka, call) if each.name == name)
    return CreateReplicatorResponse(ReplicatorArn=made.arn, ReplicatorName=name, ReplicatorState="CREATING")


def _ends(info: ReplicationInfo) -> tuple[str, str]:
    """The ARNs of source and target."""
    return info.SourceKafkaClusterArn or "", info.TargetKafkaClusterArn or ""


def _find_cluster(kafka: Kafka, call: Call, cluster: str) -> ManagedCluster:
    """One of the caller's own account. Raises BadRequest, AccessDenied, NotFound."""
    found = find_cluster(kafka, call, cluster, "DescribeClusterV2", "kafkaClusters")
    if found.account != call.caller.account:
        raise errors.bad("kafkaClusters", "The clusters must be of the replicator's account.")
    return found


def _check_new(kafka: Kafka, call: Call, name: str) -> None:
    known = _of_account(kafka, call)
    if any(each.name == name for each in known):
        raise errors.conflict("replicatorName", "A resource with this name already exists.")
    if len(known) >= REPLICATORS:
        raise errors.bad("replicatorName", f"An account has at most {REPLICATORS} replicators in a region.")


def _of_account(kafka: Kafka, call: Call) -> list[Replicator]:
    where = (call.caller.account, call.region)
    return [each for each in kafka.machine.control.replicators.values() if (each.account, each.region) == where]


# Describe, list


def _find(kafka: Kafka, call: Call, replicator: str, action: str) -> Replicator:
    """Raises BadRequest, AccessDenied, NotFound."""
    return find(call, kafka.machine.control.replicators, replicator, "replicator", action, "replicatorArn")


def _is_running(kafka: Kafka, found: Replicator) -> bool:
    return found.id in kafka.machine.replications.known


def _state(kafka: Kafka, found: Replicator) -> ReplicatorState_:
    return "RUNNING" if _is_running(kafka, found) else "FAILED"


def describe_replicator(kafka: Kafka, call: Call, request: DescribeReplicatorRequest) -> DescribeReplicatorResponse:
    """A replicator, with all that it copies. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.ReplicatorArn, "DescribeReplicator")
    info, state = found.info, _state(kafka, found)
    source, target = _aliases(found)
    failed = ReplicationStateInfo(Code="CLUSTER_DELETED", Message="A cluster of the replicator was deleted.")
    return DescribeReplicatorResponse(
        CreationTime=Iso8601(found.created_ms),
        CurrentVersion=found.version,
        IsReplicatorReference=False,
        KafkaClusters=[_described(each) for each in found.clusters],
        ReplicationInfoList=[
            ReplicationInfoDescription(
                ConsumerGroupReplication=info.ConsumerGroupReplication,
                SourceKafkaClusterAlias=source,
                TargetCompressionType=info.TargetCompressionType,
                TargetKafkaClusterAlias=target,
                TopicReplication=info.TopicReplication,
            )
        ],
        ReplicatorArn=found.arn,
        ReplicatorDescription=found.description or None,
        ReplicatorName=found.name,
        ReplicatorResourceArn=found.arn,
        ReplicatorState=state,
        ServiceExecutionRoleArn=found.role,
        StateInfo=failed if state == "FAILED" else None,
        Tags=dict(found.tags),
        LogDelivery=found.logs,
    )


def _aliases(found: Replicator) -> tuple[str, str]:
    """Those of source and target."""
    source, target = _ends(found.info)
    return alias(source), alias(target)


def _arn_of(cluster: KafkaCluster) -> str:
    assert cluster.AmazonMskCluster is not None  # noqa: S101 - it was checked
    return cluster.AmazonMskCluster.MskClusterArn


def _described(cluster: KafkaCluster) -> KafkaClusterDescription:
    return KafkaClusterDescription(
        AmazonMskCluster=cluster.AmazonMskCluster,
        KafkaClusterAlias=alias(_arn_of(cluster)),
        VpcConfig=cluster.VpcConfig,
    )


def list_replicators(kafka: Kafka, call: Call, request: ListReplicatorsRequest) -> ListReplicatorsResponse:
    """The replicators of the account in the region, or those whose names begin so. Raises BadRequest for a token that
    is none.
    """
    authorize(call, "kafka:ListReplicators", "*")
    prefix = request.ReplicatorNameFilter or ""
    known = [each for each in _of_account(kafka, call) if each.name.startswith(prefix)]
    found, token = page(known, lambda each: each.name, request.NextToken, request.MaxResults)
    return ListReplicatorsResponse(Replicators=[_summary(kafka, each) for each in found], NextToken=token)


def _summary(kafka: Kafka, found: Replicator) -> ReplicatorSummary:
    source, target = _aliases(found)
    return ReplicatorSummary(
        CreationTime=Iso8601(found.created_ms),
        CurrentVersion=found.version,
        IsReplicatorReference=False,
        KafkaClustersSummary=[
            KafkaClusterSummary(
                AmazonMskCluster=AmazonMskCluster(MskClusterArn=_arn_of(each)), KafkaClusterAlias=alias(_arn_of(each))
            )
            for each in found.clusters
        ],
        ReplicationInfoSummaryList=[
            ReplicationInfoSummary(SourceKafkaClusterAlias=source, TargetKafkaClusterAlias=target)
        ],
        ReplicatorArn=found.arn,
        ReplicatorName=found.name,
        ReplicatorResourceArn=found.arn,
        ReplicatorState=_state(kafka, found),
    )


# Update, delete


def update_replication_info(
    kafka: Kafka, call: Call, request: UpdateReplicationInfoRequest
) -> UpdateReplicationInfoResponse:
    """Copy other topics and groups, or otherwise, from now on. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.ReplicatorArn, "UpdateReplicationInfo")
    check_version(found.version, request.CurrentVersion)
    if not _is_running(kafka, found):
        raise errors.bad("replicatorArn", "The replicator is FAILED: a cluster of it was deleted.")
    replicating.check_logs(request.LogDelivery)
    info = replicating.updated(found.info, request)
    before = kafka.machine.replications.known[found.id]
    control = kafka.machine.control
    after = replicating.replication(
        kafka, found.id, info, control.by_number[before.source], control.by_number[before.target]
    )
    if request.TopicReplication is None:
        after = replace(after, topics=before.topics)
    if request.ConsumerGroupReplication is None:
        after = replace(after, groups=before.groups)
    fact = ReplicatorChanged(found.arn, new_version(kafka.entropy), info, request.LogDelivery or found.logs)
    try:
        update_replication(kafka, call.now_ms, after, fact)
    except ValueError as error:
        raise errors.bad("topicReplication", f"It can't be: {error}.") from None
    return UpdateReplicationInfoResponse(ReplicatorArn=found.arn, ReplicatorState="UPDATING")


def delete_replicator(kafka: Kafka, call: Call, request: DeleteReplicatorRequest) -> DeleteReplicatorResponse:
    """Copy nothing more. What was copied stays. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.ReplicatorArn, "DeleteReplicator")
    if request.CurrentVersion is not None:
        check_version(found.version, request.CurrentVersion)
    if _is_running(kafka, found):
        stop_replication(kafka, call.now_ms, found.id, ReplicatorDeleted(found.arn))
    else:
        kafka.commit(call.now_ms, ReplicatorDeleted(found.arn))
    return DeleteReplicatorResponse(ReplicatorArn=found.arn, ReplicatorState="DELETING")
