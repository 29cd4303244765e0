"""Secrets as a state machine.

                 put              put: the labels move, what was AWSCURRENT is AWSPREVIOUS
    (nothing) --------> version ----------------------------------------------------------> version
                                                                                  without a label: deprecated

    secret --- deleted ---> scheduled --- its time has come ---> (nothing)
              <-- restored ---

Rules:
1. A staging label is on one version of a secret at most.
2. A secret with any version has one that is AWSCURRENT.
3. Of more than VERSIONS, the oldest without a label goes.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from weirmq.engine.machine import Fact
from weirmq.kernel.deadlines import Deadlines
from weirmq.services.secretsmanager.facts import (
    DeletionScheduled,
    PolicySet,
    SecretAccessed,
    SecretCreated,
    SecretDescribed,
    SecretFact,
    SecretForgotten,
    SecretRestored,
    SecretTagged,
    StageMoved,
    VersionPut,
)
from weirmq.services.secretsmanager.limits import VERSIONS
from weirmq.services.secretsmanager.model import CURRENT, PREVIOUS, Secret, Version


class SecretsMachine:
    """All secrets of all accounts and regions."""

    name: ClassVar[str] = "secretsmanager"
    facts: ClassVar[Any] = SecretFact
    payloads: ClassVar[tuple[type[Fact], ...]] = ()
    parts: ClassVar[Any] = Secret

    def __init__(self) -> None:
        self.by_arn: dict[str, Secret] = {}
        self.by_name: dict[tuple[str, str, str], Secret] = {}  # account, region, name
        self._ends: Deadlines[str] = Deadlines()  # of secrets whose deletion is scheduled, by ARN
        self._appliers: dict[type[Fact], Callable[[Any, int], None]] = {
            SecretCreated: self._created,
            VersionPut: self._version_put,
            StageMoved: self._stage_moved,
            SecretDescribed: self._described,
            SecretTagged: self._tagged,
            PolicySet: self._policy_set,
            DeletionScheduled: self._deletion_scheduled,
            SecretRestored: self._restored,
            SecretForgotten: self._forgotten,
            SecretAccessed: self._accessed,
        }

    def apply(self, fact: Any, _offset: int, now_ms: int) -> None:
        """Change the state as `fact` says."""
        self._appliers[type(fact)](fact, now_ms)

    def _created(self, fact: SecretCreated, now_ms: int) -> None:
        self._adopt(
            Secret(
                fact.account, fact.region, fact.name, fact.suffix, now_ms, now_ms, fact.description, fact.key_id,
                fact.tags,
            )
        )  # fmt: skip

    def _adopt(self, secret: Secret) -> None:
        self.by_arn[secret.arn] = secret
        self.by_name[secret.account, secret.region, secret.name] = secret
        if secret.deleted_ms:
            self._ends.put(secret.arn, secret.deleted_ms)

    def _version_put(self, fact: VersionPut, now_ms: int) -> None:
        secret = self.by_arn[fact.arn]
        secret.versions[fact.id] = Version(fact.id, fact.value, now_ms, [])
        for stage in fact.stages:
            self._move(secret, stage, fact.id)
        if len(secret.versions) > VERSIONS:
            oldest = next((each.id for each in secret.versions.values() if not each.stages), None)
            if oldest is not None:
                del secret.versions[oldest]
        secret.changed_ms = now_ms

    def _move(self, secret: Secret, stage: str, to_id: str) -> None:
        """Take a label from the version that has it, and give it to another, if `to_id` isn't empty."""
        before = secret.staged(stage)
        if before is not None:
            before.stages.remove(stage)
        if to_id:
            secret.versions[to_id].stages.append(stage)
        if stage == CURRENT and before is not None and before.id != to_id:
            self._move(secret, PREVIOUS, before.id)

    def _stage_moved(self, fact: StageMoved, now_ms: int) -> None:
        secret = self.by_arn[fact.arn]
        self._move(secret, fact.stage, fact.to_id)
        secret.changed_ms = now_ms

    def _described(self, fact: SecretDescribed, now_ms: int) -> None:
        secret = self.by_arn[fact.arn]
        secret.description, secret.key_id, secret.changed_ms = fact.description, fact.key_id, now_ms

    def _tagged(self, fact: SecretTagged, now_ms: int) -> None:
        secret = self.by_arn[fact.arn]
        secret.tags, secret.changed_ms = fact.tags, now_ms

    def _policy_set(self, fact: PolicySet, _now_ms: int) -> None:
        self.by_arn[fact.arn].policy_text = fact.text

    def _deletion_scheduled(self, fact: DeletionScheduled, now_ms: int) -> None:
        secret = self.by_arn[fact.arn]
        secret.deleted_ms, secret.asked_ms = fact.at_ms, now_ms
        self._ends.put(fact.arn, fact.at_ms)

    def _restored(self, fact: SecretRestored, _now_ms: int) -> None:
        secret = self.by_arn[fact.arn]
        secret.deleted_ms = secret.asked_ms = 0
        self._ends.drop(fact.arn)

    def _forgotten(self, fact: SecretForgotten, _now_ms: int) -> None:
        secret = self.by_arn.pop(fact.arn)
        del self.by_name[secret.account, secret.region, secret.name]
        self._ends.drop(fact.arn)

    def _accessed(self, fact: SecretAccessed, now_ms: int) -> None:
        secret = self.by_arn[fact.arn]
        secret.accessed_ms = secret.versions[fact.id].accessed_ms = now_ms

    # What the engine asks

    def holds(self, _fact: Any, _offset: int) -> bool:
        """No fact is read back."""
        return False

    def relocate(self, _fact: Any, _offset: int) -> None:
        """No fact is moved."""

    def next_due_ms(self) -> int | None:
        """When the next secret is to be gone."""
        return self._ends.next_ms()

    def due(self, now_ms: int) -> Sequence[Fact]:
        """Let go of the secrets whose time has come."""
        found = []
        while (arn := self._ends.pop_due(now_ms)) is not None:
            found.append(arn)
        for arn in found:  # until the facts are committed
            self._ends.put(arn, self.by_arn[arn].deleted_ms)
        return [SecretForgotten(arn) for arn in found]

    def snapshot(self) -> Iterable[Any]:
        """The whole state as a sequence of parts."""
        return self.by_arn.values()

    def restore(self, part: Any) -> None:
        """Take up one part of a snapshot."""
        self._adopt(part)
