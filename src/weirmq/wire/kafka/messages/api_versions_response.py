"""ApiVersionsResponse, an answer (API key 18), versions 0-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ApiVersion(Struct, gc=False):
    api_key: int = 0
    min_version: int = 0
    max_version: int = 0


class SupportedFeatureKey(Struct, gc=False):
    name: str = ""
    min_version: int = 0
    max_version: int = 0


class FinalizedFeatureKey(Struct, gc=False):
    name: str = ""
    max_version_level: int = 0
    min_version_level: int = 0


class ApiVersionsResponse(Struct, gc=False):
    error_code: int = 0
    api_keys: list[ApiVersion] = field(default_factory=list)
    throttle_time_ms: int = 0
    supported_features: list[SupportedFeatureKey] = field(default_factory=list)
    finalized_features_epoch: int = -1
    finalized_features: list[FinalizedFeatureKey] = field(default_factory=list)
    zk_migration_ready: bool = False


_API_VERSION = Group(
    ApiVersion,
    (
        Field("api_key", "int16", (0, LATEST)),
        Field("min_version", "int16", (0, LATEST)),
        Field("max_version", "int16", (0, LATEST)),
    ),
)
_SUPPORTED_FEATURE_KEY = Group(
    SupportedFeatureKey,
    (
        Field("name", "string", (3, LATEST)),
        Field("min_version", "int16", (3, LATEST)),
        Field("max_version", "int16", (3, LATEST)),
    ),
)
_FINALIZED_FEATURE_KEY = Group(
    FinalizedFeatureKey,
    (
        Field("name", "string", (3, LATEST)),
        Field("max_version_level", "int16", (3, LATEST)),
        Field("min_version_level", "int16", (3, LATEST)),
    ),
)
_API_VERSIONS_RESPONSE = Group(
    ApiVersionsResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("api_keys", _API_VERSION, (0, LATEST), many=True),
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("supported_features", _SUPPORTED_FEATURE_KEY, (3, LATEST), many=True, tag=0, tagged=(3, LATEST)),
        Field("finalized_features_epoch", "int64", (3, LATEST), tag=1, tagged=(3, LATEST)),
        Field("finalized_features", _FINALIZED_FEATURE_KEY, (3, LATEST), many=True, tag=2, tagged=(3, LATEST)),
        Field("zk_migration_ready", "bool", (3, LATEST), tag=3, tagged=(3, LATEST)),
    ),
)
MESSAGE = Message(
    name="ApiVersionsResponse",
    key=18,
    versions=(0, 4),
    flexible=3,
    body=_API_VERSIONS_RESPONSE,
)
