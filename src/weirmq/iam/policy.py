"""Policy documents: read, checked, and made ready for many decisions.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec

from weirmq.iam import conditions, pattern, principals
from weirmq.iam.errors import PolicyError

MAX_DOCUMENT_CHARS = 65_536  # twice the largest that any service takes (SNS: 30 KB); services hold their own limits

_VERSIONS = ("2012-10-17", "2008-10-17")  # the older, which is the default, knows no variables
_POLICY_MEMBERS = frozenset(("Version", "Id", "Statement"))
_STATEMENT_MEMBERS = frozenset(
    (
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    )
)
_ACTION = re.compile(r"\*(?::\*)?|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_MAX_REMEMBERED = 512  # actions: more than all our services have


class Kind(Enum):
    """What a policy hangs on: a user, or a resource such as a queue. Only the latter says whom it speaks of."""

    IDENTITY = "identity"
    RESOURCE = "resource"


class Statement(msgspec.Struct, frozen=True):
    """One statement. `resources` is None where a resource's policy names none, and so means its own resource."""

    sid: str
    allows: bool
    principals: principals.Principals | None
    actions: tuple[pattern.Pattern, ...]
    not_actions: bool
    resources: tuple[pattern.Pattern, ...] | None
    not_resources: bool
    conditions: tuple[conditions.AnyCondition, ...]

    @property
    def is_fixed(self) -> bool:
        """Whether it says the same of a caller's action on a resource at every time, from everywhere."""
        return all(each.is_fixed for each in (*self.conditions, *(self.resources or ())))

    def is_about_action(self, action: str) -> bool:
        """Whether this statement speaks of `action`, given in lower case."""
        return any(each.matches(action, _no_value) for each in self.actions) is not self.not_actions

    def is_about_resource(self, arn: str, resolve: pattern.Resolve) -> bool:
        """Whether this statement speaks of the resource `arn`."""
        if self.resources is None:
            return True
        return any(each.matches(arn, resolve) for each in self.resources) is not self.not_resources


class Policy:
    """A policy document, ready for use. `denies`: it has a Deny, which holds even for those who need no Allow."""

    __slots__ = ("_by_action", "denies", "document", "statements")

    def __init__(self, document: Mapping[str, Any], statements: tuple[Statement, ...]) -> None:
        self.document = document
        self.statements = statements
        self.denies = not all(statement.allows for statement in statements)
        self._by_action: dict[str, tuple[Statement, ...]] = {}

    def about(self, action: str) -> tuple[Statement, ...]:
        """The statements that speak of `action`, e.g. `sqs:SendMessage`."""
        found = self._by_action.get(action)
        if found is None:
            if len(self._by_action) >= _MAX_REMEMBERED:
                self._by_action.clear()
            lowered = action.lower()
            found = tuple(each for each in self.statements if each.is_about_action(lowered))
            self._by_action[action] = found
        return found


def parse(text: str, kind: Kind) -> Policy:
    """The policy that a JSON text says. Raises PolicyError."""
    if len(text) > MAX_DOCUMENT_CHARS:
        raise PolicyError("", f"a policy has at most {MAX_DOCUMENT_CHARS} characters")
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except PolicyError:
        raise
    except RecursionError:
        raise PolicyError("", "is nested too deeply") from None
    except ValueError as error:
        raise PolicyError("", f"is not JSON: {error}") from None
    return read(document, kind)


def read(document: object, kind: Kind) -> Policy:
    """The policy that a document of plain values says. Raises PolicyError, which names the place of the first fault."""
    if not isinstance(document, Mapping):
        raise PolicyError("", "a policy must be a JSON object")
    _refuse_unknown(document, _POLICY_MEMBERS, "")
    version = document.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise PolicyError("Version", f"must be one of {', '.join(_VERSIONS)}")
    if not isinstance(document.get("Id", ""), str):
        raise PolicyError("Id", "must be a string")
    raw = document.get("Statement")
    listed = raw if isinstance(raw, list | tuple) else [raw]
    if not raw:
        raise PolicyError("Statement", "must be there, with at least one statement")
    variables = version == "2012-10-17"
    statements = tuple(_statement(each, f"Statement[{n}]", kind, variables=variables) for n, each in enumerate(listed))
    sids: set[str] = set()
    for number, statement in enumerate(statements):
        if statement.sid and statement.sid in sids:
            raise PolicyError(f"Statement[{number}].Sid", "must be unique in its policy")
        sids.add(statement.sid)
    return Policy(document, statements)


def _statement(raw: object, place: str, kind: Kind, *, variables: bool) -> Statement:
    if not isinstance(raw, Mapping):
        raise PolicyError(place, "must be an object")
    _refuse_unknown(raw, _STATEMENT_MEMBERS, place)
    sid = raw.get("Sid", "")
    if not isinstance(sid, str):
        raise PolicyError(f"{place}.Sid", "must be a string")
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{place}.Effect", "must be Allow or Deny")
    action_member = _one_of(raw, "Action", "NotAction", place)
    if action_member is None:
        raise PolicyError(place, "must have Action or NotAction")
    resource_member = _one_of(raw, "Resource", "NotResource", place)
    if resource_member is None and kind is Kind.IDENTITY:
        raise PolicyError(place, "must have Resource or NotResource")
    return Statement(
        sid=sid,
        allows=raw["Effect"] == "Allow",
        principals=_principals(raw, place, kind),
        actions=tuple(_action(text, f"{place}.{action_member}") for text in _texts(raw, action_member, place)),
        not_actions=action_member == "NotAction",
        resources=None if resource_member is None else _resources(raw, resource_member, place, variables=variables),
        not_resources=resource_member == "NotResource",
        conditions=conditions.read(raw.get("Condition", {}), f"{place}.Condition", variables=variables),
    )


def _principals(raw: Mapping[str, Any], place: str, kind: Kind) -> principals.Principals | None:
    member = _one_of(raw, "Principal", "NotPrincipal", place)
    if kind is Kind.IDENTITY:
        if member is not None:
            raise PolicyError(f"{place}.{member}", "has no place in the policy of a user")
        return None
    if member is None:
        raise PolicyError(place, "must have Principal or NotPrincipal")
    return principals.read(raw[member], f"{place}.{member}", negated=member == "NotPrincipal")


def _action(text: str, place: str) -> pattern.Pattern:
    if not _ACTION.fullmatch(text):
        raise PolicyError(place, f"{text!r} is not an action such as sqs:SendMessage, sqs:Get* or *")
    return pattern.read(text.lower())


def _resources(raw: Mapping[str, Any], member: str, place: str, *, variables: bool) -> tuple[pattern.Pattern, ...]:
    found = []
    for text in _texts(raw, member, place):
        if text != "*" and not text.startswith("arn:"):
            raise PolicyError(f"{place}.{member}", f"{text!r} must be in ARN format or *")
        try:
            found.append(pattern.read(text, variables=variables))
        except ValueError as error:
            raise PolicyError(f"{place}.{member}", str(error)) from None
    return tuple(found)


def _texts(raw: Mapping[str, Any], member: str, place: str) -> list[str]:
    """A member that is one string or a list of some."""
    value = raw[member]
    texts = list(value) if isinstance(value, list | tuple) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise PolicyError(f"{place}.{member}", "must be a string or a list of strings, none of them empty")
    return texts


def _one_of(raw: Mapping[str, Any], member: str, other: str, place: str) -> str | None:
    if member in raw and other in raw:
        raise PolicyError(place, f"can't have both {member} and {other}")
    return member if member in raw else other if other in raw else None


def _refuse_unknown(raw: Mapping[str, Any], members: frozenset[str], place: str) -> None:
    for member in raw:
        if member not in members:
            raise PolicyError(f"{place}.{member}" if place else str(member), "is not a member that a policy has")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise PolicyError("", "an object has the same member twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise PolicyError("", f"is not JSON: {name}")


def _no_value(_key: str) -> None:
    return None
