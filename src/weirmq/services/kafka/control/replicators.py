"""Replicators, which copy topics from one cluster to another. There are none here: MirrorMaker 2 does that.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/msk-replicator.html
"""

from typing import NoReturn

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import check_arn, create_keys
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    CreateReplicatorRequest,
    DeleteReplicatorRequest,
    DescribeReplicatorRequest,
    ListReplicatorsRequest,
    ListReplicatorsResponse,
    UpdateReplicationInfoRequest,
)


def create_replicator(_kafka: Kafka, call: Call, request: CreateReplicatorRequest) -> NoReturn:
    """Refused: nothing would be copied. Raises BadRequest."""
    resource = arn.build("kafka", call.region, call.caller.account, f"replicator/{request.ReplicatorName}/*")
    authorize(call, "kafka:CreateReplicator", resource, keys=create_keys(request.Tags))
    raise errors.not_here("replicatorName", "Replicators are not supported: MirrorMaker 2 copies topics.")


def list_replicators(_kafka: Kafka, call: Call, request: ListReplicatorsRequest) -> ListReplicatorsResponse:
    """None. Raises BadRequest for a token that is none."""
    authorize(call, "kafka:ListReplicators", "*")
    found: list[str] = []
    page(found, str, request.NextToken, request.MaxResults)
    return ListReplicatorsResponse(Replicators=[])


def describe_replicator(_kafka: Kafka, call: Call, request: DescribeReplicatorRequest) -> NoReturn:
    """There is none. Raises BadRequest, NotFound."""
    _refuse(call, request.ReplicatorArn, "DescribeReplicator")


def update_replication_info(_kafka: Kafka, call: Call, request: UpdateReplicationInfoRequest) -> NoReturn:
    """There is none. Raises BadRequest, NotFound."""
    _refuse(call, request.ReplicatorArn, "UpdateReplicationInfo")


def delete_replicator(_kafka: Kafka, call: Call, request: DeleteReplicatorRequest) -> NoReturn:
    """There is none. Raises BadRequest, NotFound."""
    _refuse(call, request.ReplicatorArn, "DeleteReplicator")


def _refuse(call: Call, replicator: str, action: str) -> NoReturn:
    check_arn(replicator, "replicator", "replicatorArn")
    authorize(call, f"kafka:{action}", replicator)
    raise errors.not_found("replicatorArn")
