"""Managed VPC connections. On one machine there are no VPCs: a connection is the leave to log in by one way, which the
cluster must have opened to other VPCs, and an entry for the client to describe. Its endpoints are the cluster's.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/aws-access-mult-vpc.html
"""

from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.services.kafka.control import errors, settings, tags
from weirmq.services.kafka.control.facts import VpcConnectionChanged, VpcConnectionCreated, VpcConnectionDeleted
from weirmq.services.kafka.control.model import VpcConnection
from weirmq.services.kafka.control.operations import change
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import create_keys, find, find_cluster, new_id
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.scalars import Iso8601
from weirmq.wire.aws.types import kafka as types
from weirmq.wire.aws.types.kafka import (
    ClientVpcConnection,
    CreateVpcConnectionRequest,
    CreateVpcConnectionResponse,
    DeleteVpcConnectionRequest,
    DeleteVpcConnectionResponse,
    DescribeVpcConnectionRequest,
    DescribeVpcConnectionResponse,
    ListClientVpcConnectionsRequest,
    ListClientVpcConnectionsResponse,
    ListVpcConnectionsRequest,
    ListVpcConnectionsResponse,
    MutableClusterInfo,
    RejectClientVpcConnectionRequest,
    RejectClientVpcConnectionResponse,
)

_WAYS: Final = {"SASL_IAM": "Iam", "SASL_SCRAM": "Scram", "TLS": "Tls"}


def create_vpc_connection(kafka: Kafka, call: Call, request: CreateVpcConnectionRequest) -> CreateVpcConnectionResponse:
    """A connection to a cluster that lets other VPCs in by this way. Raises BadRequest, NotFound."""
    account, region = call.caller.account, call.region
    authorize(
        call,
        "kafka:CreateVpcConnection",
        arn.build("kafka", region, account, "vpc-connection/*"),
        keys=create_keys(request.Tags),
    )
    cluster = find_cluster(kafka, call, request.TargetClusterArn, "CreateVpcConnection", "targetClusterArn")
    way = _WAYS.get(request.Authentication)
    if way is None:
        raise errors.bad("authentication", f"Valid values are {', '.join(_WAYS)}.")
    if way not in settings.private_links(cluster.settings):
        raise errors.bad("authentication", "The cluster doesn't let other VPCs in by this way: see UpdateConnectivity.")
    if not request.ClientSubnets:
        raise errors.bad("clientSubnets", "Specify the subnets of the clients.")
    mine = kafka.machine.control.connections.values()
    if any(
        (each.account, each.vpc, each.cluster, each.authentication)
        == (account, request.VpcId, cluster.arn, request.Authentication)
        for each in mine
    ):
        raise errors.bad("vpcId", "There is a connection from this VPC to the cluster already.")
    fact = VpcConnectionCreated(
        account, region, cluster.arn, new_id(kafka.entropy), request.Authentication, request.VpcId,
        request.ClientSubnets, request.SecurityGroups, tags.check({}, request.Tags or {}),
    )  # fmt: skip
    kafka.commit(call.now_ms, fact)
    made = list(kafka.machine.control.connections.values())[-1]
    change(kafka, call, cluster, "CREATE_VPC_CONNECTION", MutableClusterInfo(), made.arn)
    return CreateVpcConnectionResponse(
        VpcConnectionArn=made.arn,
        State="CREATING",
        Authentication=made.authentication,
        VpcId=made.vpc,
        ClientSubnets=made.subnets,
        SecurityGroups=made.security_groups,
        CreationTime=Iso8601(made.created_ms),
        Tags=dict(made.tags),
    )


def _find(kafka: Kafka, call: Call, arn: str, action: str) -> VpcConnection:
    """Raises BadRequest, AccessDenied, NotFound."""
    return find(call, kafka.machine.control.connections, arn, "vpc-connection", action, "arn")


def describe_vpc_connection(
    kafka: Kafka, call: Call, request: DescribeVpcConnectionRequest
) -> DescribeVpcConnectionResponse:
    """A connection. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.Arn, "DescribeVpcConnection")
    return DescribeVpcConnectionResponse(
        VpcConnectionArn=found.arn,
        TargetClusterArn=found.cluster,
        State=found.state,
        Authentication=found.authentication,
        VpcId=found.vpc,
        Subnets=found.subnets,
        SecurityGroups=found.security_groups,
        CreationTime=Iso8601(found.created_ms),
        Tags=dict(found.tags),
    )


def delete_vpc_connection(kafka: Kafka, call: Call, request: DeleteVpcConnectionRequest) -> DeleteVpcConnectionResponse:
    """Forget a connection. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.Arn, "DeleteVpcConnection")
    kafka.commit(call.now_ms, VpcConnectionDeleted(found.arn))
    return DeleteVpcConnectionResponse(VpcConnectionArn=found.arn, State="DELETING")


def list_vpc_connections(kafka: Kafka, call: Call, request: ListVpcConnectionsRequest) -> ListVpcConnectionsResponse:
    """The connections of the account in the region. Raises BadRequest for a token that is none."""
    authorize(call, "kafka:ListVpcConnections", "*")
    where = (call.caller.account, call.region)
    known = [each for each in kafka.machine.control.connections.values() if (each.account, each.region) == where]
    found, token = page(known, lambda each: each.arn, request.NextToken, request.MaxResults)
    shown = [
        types.VpcConnection(
            VpcConnectionArn=each.arn,
            TargetClusterArn=each.cluster,
            CreationTime=Iso8601(each.created_ms),
            Authentication=each.authentication,
            VpcId=each.vpc,
            State=each.state,
        )
        for each in found
    ]
    return ListVpcConnectionsResponse(VpcConnections=shown, NextToken=token)


# What the cluster's owner sees


def list_client_vpc_connections(
    kafka: Kafka, call: Call, request: ListClientVpcConnectionsRequest
) -> ListClientVpcConnectionsResponse:
    """The connections to a cluster, whosever they are. Raises BadRequest, NotFound."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "ListClientVpcConnections")
    known = [each for each in kafka.machine.control.connections.values() if each.cluster == cluster.arn]
    found, token = page(known, lambda each: each.arn, request.NextToken, request.MaxResults)
    shown = [
        ClientVpcConnection(
            Authentication=each.authentication,
            CreationTime=Iso8601(each.created_ms),
            State=each.state,
            VpcConnectionArn=each.arn,
            Owner=each.account,
        )
        for each in found
    ]
    return ListClientVpcConnectionsResponse(ClientVpcConnections=shown, NextToken=token)


def reject_client_vpc_connection(
    kafka: Kafka, call: Call, request: RejectClientVpcConnectionRequest
) -> RejectClientVpcConnectionResponse:
    """Take back the leave. Raises BadRequest, NotFound."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "RejectClientVpcConnection")
    found = kafka.machine.control.connections.get(request.VpcConnectionArn)
    if found is None or found.cluster != cluster.arn:
        raise errors.not_found("vpcConnectionArn")
    if found.state == "REJECTED":
        raise errors.bad("vpcConnectionArn", "The connection was rejected already.")
    kafka.commit(call.now_ms, VpcConnectionChanged(found.arn, "REJECTED"))
    change(kafka, call, cluster, "REJECT_VPC_CONNECTION", MutableClusterInfo(), found.arn)
    return RejectClientVpcConnectionResponse()
