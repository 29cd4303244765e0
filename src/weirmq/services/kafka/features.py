"""The features of the cluster, and UpdateFeatures (KIP-584). Each is at its level for good."""

from typing import Final

from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.transactional import EPOCH_BUMPING_VERSION
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.update_features_request import FeatureUpdateKey, UpdateFeaturesRequest
from weirmq.wire.kafka.messages.update_features_response import UpdatableFeatureResult, UpdateFeaturesResponse

FEATURES: Final = {  # and the level of each, as Kafka 4.3 has them
    "group.version": 1,  # KIP-848
    "share.version": 1,  # KIP-932
    "streams.version": 1,  # KIP-1071
    "transaction.version": EPOCH_BUMPING_VERSION,  # KIP-890's second part
}
RESULTS_LAST: Final = 1  # the last version that tells of each feature
TYPED_FIRST: Final = 1  # the first version that has a type of upgrade
UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE = 1, 2, 3


def update_features(kafka: Kafka, ask: Ask, request: UpdateFeaturesRequest) -> UpdateFeaturesResponse:
    """Take updates to the levels that hold already; one that is of another refuses them all."""
    if not kafka.authorizer.may(ask, Operation.ALTER, ResourceType.CLUSTER):
        return UpdateFeaturesResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED, "Cluster authorization failed.")
    broker = kafka.cluster(ask).brokers[0]
    for each in request.feature_updates:
        if fault := _fault(each, ask.version, broker):
            reason = (
                "The update failed for all features since the following feature had an error: Invalid update version "
                f"{each.max_version_level} for feature {each.feature}. {fault}"
            )
            return UpdateFeaturesResponse(0, Code.INVALID_UPDATE_VERSION, reason)
    told = request.feature_updates if ask.version <= RESULTS_LAST else []
    return UpdateFeaturesResponse(0, 0, None, [UpdatableFeatureResult(each.feature, 0, None) for each in told])


def _fault(asked: FeatureUpdateKey, version: int, broker: int) -> str:
    """Why a feature can't be at that level; "" if it is."""
    level = FEATURES.get(asked.feature)
    goes_down = asked.allow_downgrade if version < TYPED_FIRST else asked.upgrade_type != UPGRADE
    if level is None:
        is_deletion = asked.max_version_level < 1
        return (
            f"Feature {asked.feature} not found."
            if is_deletion
            else f"Local controller {broker} does not support this feature."
        )
    if version >= TYPED_FIRST and asked.upgrade_type not in {UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE}:
        return f"There is no type {asked.upgrade_type} of upgrades."
    if not 0 <= asked.max_version_level <= level:
        return f"Local controller {broker} only supports versions 0-{level}"
    if asked.max_version_level < level and not goes_down:
        return (
            "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe "
            "downgrade."
        )
    return f"It stays at {level} on this server." if asked.max_version_level < level else ""
