"""UpdateFeaturesResponse, an answer (API key 57), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class UpdatableFeatureResult(Struct, gc=False):
    feature: str = ""
    error_code: int = 0
    error_message: str | None = ""


class UpdateFeaturesResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    results: list[UpdatableFeatureResult] = field(default_factory=list)


_UPDATABLE_FEATURE_RESULT = Group(
    UpdatableFeatureResult,
    (
        Field("feature", "string", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_UPDATE_FEATURES_RESPONSE = Group(
    UpdateFeaturesResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("results", _UPDATABLE_FEATURE_RESULT, (0, 1), many=True),
    ),
)
MESSAGE = Message(
    name="UpdateFeaturesResponse",
    key=57,
    versions=(0, 2),
    flexible=0,
    body=_UPDATE_FEATURES_RESPONSE,
)
