"""A secret and its versions, as the machine knows them."""

from functools import lru_cache
from typing import Final

import msgspec

from weirmq.iam.policy import Kind, Policy, parse
from weirmq.kernel import arn

CURRENT: Final = "AWSCURRENT"
PREVIOUS: Final = "AWSPREVIOUS"


class Value(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is kept secret: a text, or bytes."""

    text: str | None = None
    data: bytes | None = None


class Version(msgspec.Struct, array_like=True, gc=False):
    """A value that a secret has or had. `stages` are its staging labels; one without any is deprecated."""

    id: str
    value: Value
    created_ms: int
    stages: list[str]
    accessed_ms: int = 0


class Secret(msgspec.Struct, array_like=True, tag=0, gc=False):
    """One secret. Only `machine.py` changes it. `deleted_ms` is when it is to be gone, 0 where it is to stay."""

    account: str
    region: str
    name: str
    suffix: str
    created_ms: int
    changed_ms: int
    description: str = ""
    key_id: str = ""
    tags: dict[str, str] = {}
    policy_text: str = ""
    versions: dict[str, Version] = {}
    accessed_ms: int = 0
    deleted_ms: int = 0
    asked_ms: int = 0
    """When its deletion was asked for."""

    @property
    def arn(self) -> str:
        """Its ARN, which ends in random letters: one of the same name made later is another."""
        return arn_of(self.account, self.region, f"{self.name}-{self.suffix}")

    @property
    def policy(self) -> Policy | None:
        """Who else may do what with it."""
        return _parsed(self.policy_text) if self.policy_text else None

    def staged(self, stage: str) -> Version | None:
        """The version that has a staging label; at most one has it."""
        return next((each for each in self.versions.values() if stage in each.stages), None)


@lru_cache(maxsize=1_024)
def _parsed(text: str) -> Policy:
    return parse(text, Kind.RESOURCE)


def arn_of(account: str, region: str, resource: str) -> str:
    """The ARN of a secret, by its name and the letters behind."""
    return arn.build("secretsmanager", region, account, f"secret:{resource}")
