"""Channels, which carry topics to S3 and to Iceberg tables. There is neither here, so there are no channels.

Source: botocore's model of MSK.
"""

from typing import NoReturn

from weirmq.engine.service import Call
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import find_provisioned
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    CreateChannelRequest,
    DeleteChannelRequest,
    DescribeChannelRequest,
    ListChannelsRequest,
    ListChannelsResponse,
    UpdateChannelRequest,
)


def create_channel(kafka: Kafka, call: Call, request: CreateChannelRequest) -> NoReturn:
    """Refused: nothing would come of it. Raises BadRequest, NotFound."""
    find_provisioned(kafka, call, request.ClusterArn, "CreateChannel")
    kind = "s3" if request.S3DestinationConfiguration else "iceberg"
    raise errors.not_here(
        f"{kind}DestinationConfiguration",
        "Channels to S3 and Iceberg are not supported: a Kafka Connect sink does that.",
    )


def list_channels(kafka: Kafka, call: Call, request: ListChannelsRequest) -> ListChannelsResponse:
    """None. Raises BadRequest, NotFound."""
    find_provisioned(kafka, call, request.ClusterArn, "ListChannels")
    found: list[str] = []
    page(found, str, request.NextToken, request.MaxResults)
    return ListChannelsResponse(Channels=[])


def describe_channel(kafka: Kafka, call: Call, request: DescribeChannelRequest) -> NoReturn:
    """There is none. Raises BadRequest, NotFound."""
    find_provisioned(kafka, call, request.ClusterArn, "DescribeChannel")
    raise errors.not_found("channelArn")


def update_channel(kafka: Kafka, call: Call, request: UpdateChannelRequest) -> NoReturn:
    """There is none. Raises BadRequest, NotFound."""
    find_provisioned(kafka, call, request.ClusterArn, "UpdateChannel")
    raise errors.not_found("channelArn")


def delete_channel(kafka: Kafka, call: Call, request: DeleteChannelRequest) -> NoReturn:
    """There is none. Raises BadRequest, NotFound."""
    find_provisioned(kafka, call, request.ClusterArn, "DeleteChannel")
    raise errors.not_found("channelArn")
