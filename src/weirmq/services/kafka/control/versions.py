"""ListKafkaVersions, GetCompatibleKafkaVersions. Clusters of all versions are served alike, as Apache Kafka 4.3 does.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html
"""

from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import find_provisioned
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    CompatibleKafkaVersion,
    GetCompatibleKafkaVersionsRequest,
    GetCompatibleKafkaVersionsResponse,
    KafkaVersion,
    ListKafkaVersionsRequest,
    ListKafkaVersionsResponse,
)

ACTIVE: Final = (
    "3.6.0", "3.7.x", "3.7.x.kraft", "3.8.x", "3.8.x.kraft", "3.9.x", "3.9.x.kraft", "4.0.x.kraft", "4.1.x.kraft",
)  # fmt: skip
DEPRECATED: Final = ("2.8.1", "2.8.2.tiered", "3.3.1", "3.3.2", "3.4.0", "3.5.1")
RECOMMENDED: Final = "3.9.x.kraft"  # of serverless clusters, which don't say
_KRAFT: Final = ".kraft"


def check(version: str, parameter: str) -> None:
    """Raises BadRequest for a version that no new cluster can have."""
    if version not in ACTIVE:
        raise errors.bad(parameter, f"Unsupported KafkaVersion [{version}]. Valid values: [{', '.join(ACTIVE)}]")


def later(version: str) -> list[str]:
    """The versions that a cluster can be brought to. One with ZooKeeper stays without KRaft, and the other way."""
    rank = (*DEPRECATED, *ACTIVE).index(version)
    return [each for each in (*DEPRECATED, *ACTIVE)[rank + 1 :] if each in ACTIVE and _mode(each) == _mode(version)]


def _mode(version: str) -> bool:
    return version.endswith(_KRAFT)


def list_kafka_versions(_kafka: Kafka, call: Call, request: ListKafkaVersionsRequest) -> ListKafkaVersionsResponse:
    """All versions. Raises BadRequest for a token that is none."""
    authorize(call, "kafka:ListKafkaVersions", "*")
    found = [KafkaVersion(Version=each, Status="DEPRECATED") for each in DEPRECATED]
    found += [KafkaVersion(Version=each, Status="ACTIVE") for each in ACTIVE]
    shown, token = page(found, lambda each: each.Version or "", request.NextToken, request.MaxResults)
    return ListKafkaVersionsResponse(KafkaVersions=shown, NextToken=token)


def get_compatible_kafka_versions(
    kafka: Kafka, call: Call, request: GetCompatibleKafkaVersionsRequest
) -> GetCompatibleKafkaVersionsResponse:
    """What a cluster, or without one each version, can be brought to. Raises BadRequest, NotFound."""
    action = "GetCompatibleKafkaVersions"
    if request.ClusterArn is not None:
        cluster = find_provisioned(kafka, call, request.ClusterArn, action)
        sources = [cluster.settings.KafkaVersion or ACTIVE[0]]
    else:
        authorize(call, f"kafka:{action}", "*")
        sources = [*DEPRECATED, *ACTIVE]
    return GetCompatibleKafkaVersionsResponse(
        CompatibleKafkaVersions=[
            CompatibleKafkaVersion(SourceVersion=each, TargetVersions=later(each)) for each in sources if later(each)
        ]
    )
