"""The service: its machine, and what every operation needs."""

from collections.abc import Callable, Mapping
from typing import Final

from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact
from weirmq.engine.service import Call, Operation
from weirmq.iam import authorize
from weirmq.iam.evaluate import Keys
from weirmq.kernel.ids import Entropy
from weirmq.services.secretsmanager import errors
from weirmq.services.secretsmanager.limits import SUFFIX_LETTERS
from weirmq.services.secretsmanager.machine import SecretsMachine
from weirmq.services.secretsmanager.model import CURRENT, Secret, arn_of

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PREFIX: Final = "secretsmanager:"


class Secrets:
    """The secrets of all accounts. `on_changed(arn, now_ms)` is told when a secret has another current value, or none
    any more.
    """

    name = "secretsmanager"
    unsigned: frozenset[str] = frozenset()

    def __init__(self, journal: Journal, entropy: Entropy) -> None:
        self.journal = journal
        self.entropy = entropy
        self.machine = SecretsMachine()
        self.on_changed: Callable[[str, int], None] = lambda _arn, _now_ms: None

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of the model, those that are refused included. (Their modules name this class, so they are
        imported when it stands.)
        """
        from weirmq.services.secretsmanager.api import OPERATIONS

        return OPERATIONS

    def commit(self, now_ms: int, *found: Fact, urgent: bool = True) -> None:
        """Record facts and let them take effect. Raises NoRoom, LogFailed."""
        self.journal.commit(self.machine, found, now_ms, urgent=urgent)

    def current(self, arn: str) -> str | None:
        """The current value of a secret, for a service of this server; None where there is none, or it isn't a text."""
        secret = self.machine.by_arn.get(arn)
        if secret is None or secret.deleted_ms:
            return None
        version = secret.staged(CURRENT)
        return version.value.text if version is not None else None

    def find(self, call: Call, secret_id: str, action: str, keys: Keys | None = None) -> Secret:
        """The secret of that name or ARN, whole or without the letters at its end.

        Raises ResourceNotFound, AccessDenied.
        """
        secret = self._found(call, secret_id)
        if secret is None:
            named = secret_id if secret_id.startswith("arn:") else arn_of(call.caller.account, call.region, secret_id)
            authorize(call, _PREFIX + action, _whole(call, named))
            raise errors.no_such_secret()
        known = {"secretsmanager:secretid": secret.arn, "secretsmanager:name": secret.name, **(keys or {})}
        known |= {f"aws:resourcetag/{key.lower()}": value for key, value in secret.tags.items()}
        authorize(call, _PREFIX + action, secret.arn, secret.policy, known)
        return secret

    def _found(self, call: Call, secret_id: str) -> Secret | None:
        machine = self.machine
        if not secret_id.startswith("arn:"):
            return machine.by_name.get((call.caller.account, call.region, secret_id))
        found = machine.by_arn.get(secret_id)
        if found is None and len(parts := secret_id.split(":", 6)) == 7:
            found = machine.by_name.get((parts[4], parts[3], parts[6]))
        return found if found is not None and found.region == call.region else None

    def find_kept(self, call: Call, secret_id: str, action: str, keys: Keys | None = None) -> Secret:
        """The same, of one that isn't to be gone. Raises InvalidRequest too."""
        secret = self.find(call, secret_id, action, keys)
        if secret.deleted_ms:
            raise errors.is_deleted()
        return secret

    def new_suffix(self) -> str:
        """The letters at the end of an ARN."""
        letters = ""
        while len(letters) < SUFFIX_LETTERS:
            (drawn,) = self.entropy.take(1)
            if drawn < 4 * len(_LETTERS):  # else the first ones would come more often
                letters += _LETTERS[drawn % len(_LETTERS)]
        return letters


def _whole(call: Call, arn: str) -> str:
    """An ARN that policies can be asked about, whatever the client sent for one."""
    return arn if arn.count(":") >= 5 else arn_of(call.caller.account, call.region, arn)
