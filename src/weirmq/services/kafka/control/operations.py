"""Changes of clusters: made by every update, and told of, in both versions of the API.

They take effect at once, so all of them are complete.

Source: https://docs.aws.amazon.com/msk/1.0/apireference/operations-clusteroperationarn.html
"""

from collections.abc import Iterable
from typing import Final

from weirmq.engine.service import Call
from weirmq.kernel.ids import uuid4
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.facts import ClusterChanged
from weirmq.services.kafka.control.model import ManagedCluster, Operation, VpcConnection, only
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import check_arn, find_cluster, new_version
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.scalars import Iso8601
from weirmq.wire.aws.types.kafka import (
    ClusterOperationInfo,
    ClusterOperationV2,
    ClusterOperationV2Provisioned,
    ClusterOperationV2Serverless,
    ClusterOperationV2Summary,
    DescribeClusterOperationRequest,
    DescribeClusterOperationResponse,
    DescribeClusterOperationV2Request,
    DescribeClusterOperationV2Response,
    ListClusterOperationsRequest,
    ListClusterOperationsResponse,
    ListClusterOperationsV2Request,
    ListClusterOperationsV2Response,
    MutableClusterInfo,
    UserIdentity,
    VpcConnectionInfo,
    VpcConnectionInfoServerless,
)

COMPLETE: Final = "UPDATE_COMPLETE"
_LATEST_MS: Final = 10**15


def change(
    kafka: Kafka, call: Call, cluster: ManagedCluster, kind: str, target: MutableClusterInfo, connection: str = ""
) -> str:
    """Record that a cluster is set as `target` says, and give it a new version. Returns the operation's ARN."""
    source = only(cluster.settings, target)
    operation = Operation(uuid4(kafka.entropy), kind, call.now_ms, source, target, call.request_id, connection)
    version = "" if connection else new_version(kafka.entropy)
    kafka.commit(call.now_ms, ClusterChanged(cluster.arn, version, operation))
    return cluster.operation_arn(operation.id)


def _find(kafka: Kafka, call: Call, arn: str, action: str) -> tuple[ManagedCluster, str, Operation]:
    """Raises BadRequest, AccessDenied, NotFound."""
    check_arn(arn, "cluster-operation", "clusterOperationArn")
    whose = arn.replace(":cluster-operation/", ":cluster/").rpartition("/")[0]
    cluster = find_cluster(kafka, call, whose, action, "clusterOperationArn")
    operation = cluster.operations.get(arn)
    if operation is None:
        raise errors.not_found("clusterOperationArn")
    return cluster, arn, operation


def _all(
    kafka: Kafka, call: Call, arn: str, action: str, token: str | None, most: int | None
) -> tuple[ManagedCluster, Iterable[tuple[str, Operation]], str | None]:
    """A page of a cluster's changes, the newest first. Raises BadRequest, AccessDenied, NotFound."""
    cluster = find_cluster(kafka, call, arn, action)
    found, next_token = page(
        cluster.operations.items(), lambda each: f"{_LATEST_MS - each[1].began_ms}/{each[0]}", token, most
    )
    return cluster, found, next_token


# Version 1


def list_cluster_operations(
    kafka: Kafka, call: Call, request: ListClusterOperationsRequest
) -> ListClusterOperationsResponse:
    """The changes of a cluster. Raises BadRequest, NotFound."""
    cluster, found, token = _all(
        kafka, call, request.ClusterArn, "ListClusterOperations", request.NextToken, request.MaxResults
    )
    shown = [_info(kafka, cluster, arn, operation) for arn, operation in found]
    return ListClusterOperationsResponse(ClusterOperationInfoList=shown, NextToken=token)


def describe_cluster_operation(
    kafka: Kafka, call: Call, request: DescribeClusterOperationRequest
) -> DescribeClusterOperationResponse:
    """One of them. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.ClusterOperationArn, "DescribeClusterOperation")
    return DescribeClusterOperationResponse(ClusterOperationInfo=_info(kafka, *found))


def _info(kafka: Kafka, cluster: ManagedCluster, arn: str, operation: Operation) -> ClusterOperationInfo:
    return ClusterOperationInfo(
        ClientRequestId=operation.request_id,
        ClusterArn=cluster.arn,
        CreationTime=Iso8601(operation.began_ms),
        EndTime=Iso8601(operation.began_ms),
        OperationArn=arn,
        OperationState=COMPLETE,
        OperationType=operation.kind,
        SourceClusterInfo=operation.source,
        TargetClusterInfo=operation.target,
        VpcConnectionInfo=_connection(_connected(kafka, operation)),
    )


def _connected(kafka: Kafka, operation: Operation) -> VpcConnection | None:
    return kafka.machine.control.connections.get(operation.connection)


def _connection(found: VpcConnection | None) -> VpcConnectionInfo | None:
    if found is None:
        return None
    return VpcConnectionInfo(
        VpcConnectionArn=found.arn,
        Owner=found.account,
        UserIdentity=UserIdentity(Type="AWSACCOUNT", PrincipalId=found.account),
        CreationTime=Iso8601(found.created_ms),
    )


# Version 2


def list_cluster_operations_v2(
    kafka: Kafka, call: Call, request: ListClusterOperationsV2Request
) -> ListClusterOperationsV2Response:
    """The changes of any cluster. Raises BadRequest, NotFound."""
    cluster, found, token = _all(
        kafka, call, request.ClusterArn, "ListClusterOperationsV2", request.NextToken, request.MaxResults
    )
    shown = [
        ClusterOperationV2Summary(
            ClusterArn=cluster.arn,
            ClusterType=cluster.kind,
            StartTime=Iso8601(operation.began_ms),
            EndTime=Iso8601(operation.began_ms),
            OperationArn=arn,
            OperationState=COMPLETE,
            OperationType=operation.kind,
        )
        for arn, operation in found
    ]
    return ListClusterOperationsV2Response(ClusterOperationInfoList=shown, NextToken=token)


def describe_cluster_operation_v2(
    kafka: Kafka, call: Call, request: DescribeClusterOperationV2Request
) -> DescribeClusterOperationV2Response:
    """One of them. Raises BadRequest, NotFound."""
    cluster, arn, operation = _find(kafka, call, request.ClusterOperationArn, "DescribeClusterOperationV2")
    connected = _connected(kafka, operation)
    provisioned, serverless = None, None
    if cluster.kind == "PROVISIONED":
        provisioned = ClusterOperationV2Provisioned(
            SourceClusterInfo=operation.source,
            TargetClusterInfo=operation.target,
            VpcConnectionInfo=_connection(connected),
        )
    else:
        serverless = ClusterOperationV2Serverless(VpcConnectionInfo=_serverless_connection(connected))
    return DescribeClusterOperationV2Response(
        ClusterOperationInfo=ClusterOperationV2(
            ClusterArn=cluster.arn,
            ClusterType=cluster.kind,
            StartTime=Iso8601(operation.began_ms),
            EndTime=Iso8601(operation.began_ms),
            OperationArn=arn,
            OperationState=COMPLETE,
            OperationType=operation.kind,
            Provisioned=provisioned,
            Serverless=serverless,
        )
    )


def _serverless_connection(found: VpcConnection | None) -> VpcConnectionInfoServerless | None:
    if found is None:
        return None
    return VpcConnectionInfoServerless(
        VpcConnectionArn=found.arn,
        Owner=found.account,
        UserIdentity=UserIdentity(Type="AWSACCOUNT", PrincipalId=found.account),
        CreationTime=Iso8601(found.created_ms),
    )
