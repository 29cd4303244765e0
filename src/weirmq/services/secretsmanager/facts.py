"""What the log holds of secrets. Added to, never edited: logs of every version must replay for ever."""

from weirmq.engine.machine import Fact
from weirmq.services.secretsmanager.model import Value


class SecretCreated(Fact, tag=0):
    """It has no value yet."""

    account: str
    region: str
    name: str
    suffix: str
    description: str
    key_id: str
    tags: dict[str, str]


class VersionPut(Fact, tag=1):
    """A secret has a new version, to which these staging labels move."""

    arn: str
    id: str
    value: Value
    stages: list[str]


class StageMoved(Fact, tag=2):
    """A staging label is taken from one version and given to another; an empty id stands for none."""

    arn: str
    stage: str
    from_id: str
    to_id: str


class SecretDescribed(Fact, tag=3):
    """Its description and key."""

    arn: str
    description: str
    key_id: str


class SecretTagged(Fact, tag=4):
    """All its tags."""

    arn: str
    tags: dict[str, str]


class PolicySet(Fact, tag=5):
    """Its policy; empty for none."""

    arn: str
    text: str


class DeletionScheduled(Fact, tag=6):
    """It is to be gone at a time."""

    arn: str
    at_ms: int


class SecretRestored(Fact, tag=7):
    """It is to stay."""

    arn: str


class SecretForgotten(Fact, tag=8):
    """It is gone, with all its versions."""

    arn: str


class SecretAccessed(Fact, tag=9):
    """A version was read."""

    arn: str
    id: str


SecretFact = (
    SecretCreated
    | VersionPut
    | StageMoved
    | SecretDescribed
    | SecretTagged
    | PolicySet
    | DeletionScheduled
    | SecretRestored
    | SecretForgotten
    | SecretAccessed
)
