"""The Principal and NotPrincipal of a resource's policy: of whom a statement speaks.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from enum import IntEnum

import msgspec

from weirmq.iam.errors import PolicyError

_ACCOUNT = re.compile(r"[0-9]{12}")
_ROOT = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):root")
_IDENTITY = re.compile(r"arn:[a-z-]+:(?:iam|sts)::[0-9]{12}:[a-z-]+/[^*?\s]+")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,124}")  # what AWS puts in place of an identity that was deleted
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?")


class Named(IntEnum):
    """How a statement names a caller: not, by its account, or itself."""

    NOT = 0
    BY_ACCOUNT = 1
    ITSELF = 2


class Principals(msgspec.Struct, frozen=True):
    """Those whom a statement names, or with `negated` those whom it leaves out."""

    anyone: bool
    accounts: frozenset[str]
    identities: frozenset[str]
    services: frozenset[str]
    negated: bool

    def name(self, account: str, arn: str, user_id: str, service: str, *, is_root: bool) -> Named:
        """How the list itself names a caller, leaving `negated` aside."""
        if self.anyone:
            return Named.ITSELF
        if service:
            return Named.ITSELF if service in self.services else Named.NOT
        if arn in self.identities or user_id in self.identities:
            return Named.ITSELF
        if account in self.accounts:
            return Named.ITSELF if is_root else Named.BY_ACCOUNT
        return Named.NOT


def read(raw: object, place: str, *, negated: bool) -> Principals:
    """What stands under Principal or NotPrincipal. Raises PolicyError."""
    if raw == "*":
        return Principals(True, frozenset(), frozenset(), frozenset(), negated)
    if not isinstance(raw, dict) or not raw:
        raise PolicyError(place, 'must be "*" or an object with AWS or Service')
    anyone = False
    accounts: set[str] = set()
    identities: set[str] = set()
    services: set[str] = set()
    for kind, value in raw.items():
        here = f"{place}.{kind}"
        for text in _texts(value, here):
            if kind == "AWS":
                anyone |= text == "*"
                _add_aws(text, accounts, identities, here)
            elif kind == "Service":
                if not _SERVICE.fullmatch(text):
                    raise PolicyError(here, f"{text!r} is not a service such as sns.amazonaws.com")
                services.add(text)
            elif kind not in ("Federated", "CanonicalUser"):  # nobody here is such a one, so they name none
                raise PolicyError(here, "is not a kind of principal: those are AWS, Service, Federated, CanonicalUser")
    return Principals(anyone, frozenset(accounts), frozenset(identities), frozenset(services), negated)


def _add_aws(text: str, accounts: set[str], identities: set[str], place: str) -> None:
    root = _ROOT.fullmatch(text)
    if root is not None:
        accounts.add(root[1])
    elif _ACCOUNT.fullmatch(text):
        accounts.add(text)
    elif _IDENTITY.fullmatch(text) or _UNIQUE_ID.fullmatch(text):
        identities.add(text)
    elif text != "*":
        raise PolicyError(place, f"{text!r} is neither an account, nor the ARN of a user or role, nor *")


def _texts(value: object, place: str) -> list[str]:
    texts = list(value) if isinstance(value, list | tuple) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise PolicyError(place, "must be a string or a list of strings, none of them empty")
    return [text for text in texts if isinstance(text, str)]
