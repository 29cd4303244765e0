"""UpdateFeaturesRequest, a request (API key 57), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class FeatureUpdateKey(Struct, gc=False):
    feature: str = ""
    max_version_level: int = 0
    allow_downgrade: bool = False
    upgrade_type: int = 1


class UpdateFeaturesRequest(Struct, gc=False):
    timeout_ms: int = 60000
    feature_updates: list[FeatureUpdateKey] = field(default_factory=list)
    validate_only: bool = False


_FEATURE_UPDATE_KEY = Group(
    FeatureUpdateKey,
    (
        Field("feature", "string", (0, LATEST)),
        Field("max_version_level", "int16", (0, LATEST)),
        Field("allow_downgrade", "bool", (0, 0)),
        Field("upgrade_type", "int8", (1, LATEST)),
    ),
)
_UPDATE_FEATURES_REQUEST = Group(
    UpdateFeaturesRequest,
    (
        Field("timeout_ms", "int32", (0, LATEST)),
        Field("feature_updates", _FEATURE_UPDATE_KEY, (0, LATEST), many=True),
        Field("validate_only", "bool", (1, LATEST)),
    ),
)
MESSAGE = Message(
    name="UpdateFeaturesRequest",
    key=57,
    versions=(0, 2),
    flexible=0,
    body=_UPDATE_FEATURES_REQUEST,
)
