"""UpdateFeatures: each feature stays at its level."""

import pytest

from tests.services.kafka.world import World
from weirmq.services.kafka.features import FEATURES, SAFE_DOWNGRADE, UPGRADE
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.update_features_request import FeatureUpdateKey, UpdateFeaturesRequest


def test_the_levels_that_hold_are_taken(world: World) -> None:
    updates = [FeatureUpdateKey(name, level) for name, level in FEATURES.items()]
    answer = world.ask(UpdateFeaturesRequest(1000, updates))
    assert (answer.error_code, answer.results) == (Code.NONE, [])
    assert [each.feature for each in world.ask(UpdateFeaturesRequest(1000, updates), version=1).results] == [*FEATURES]


@pytest.mark.parametrize(
    ("update", "why"),
    [
        (FeatureUpdateKey("nonsense", 1), "Local controller 1 does not support this feature."),
        (FeatureUpdateKey("nonsense", 0), "Feature nonsense not found."),
        (FeatureUpdateKey("share.version", 2), "Local controller 1 only supports versions 0-1"),
        (FeatureUpdateKey("share.version", 0, upgrade_type=UPGRADE), "Can't downgrade the version"),
        (FeatureUpdateKey("share.version", 0, upgrade_type=SAFE_DOWNGRADE), "It stays at 1 on this server."),
        (FeatureUpdateKey("share.version", 1, upgrade_type=9), "There is no type 9"),
    ],
)
def test_others_are_refused_together(world: World, update: FeatureUpdateKey, why: str) -> None:
    answer = world.ask(UpdateFeaturesRequest(1000, [FeatureUpdateKey("group.version", 1), update]))
    assert answer.error_code == Code.INVALID_UPDATE_VERSION
    assert why in answer.error_message


def test_before_types_a_downgrade_was_allowed_by_a_flag(world: World) -> None:
    def refused(*, allowed: bool) -> str:
        update = FeatureUpdateKey("share.version", 0, allow_downgrade=allowed)
        return str(world.ask(UpdateFeaturesRequest(1000, [update]), version=0).error_message)

    assert "Can't downgrade" in refused(allowed=False)
    assert "It stays" in refused(allowed=True)
