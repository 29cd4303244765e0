"""The decision: may this caller do that to this resource?

    explicit Deny anywhere                                        -> no
    the root of the resource's own account                        -> yes
    caller of the same account: its policies or the resource's    -> yes, if either allows
    caller of another account:  its policies and the resource's   -> yes, if both allow; root needs none of its own
    an AWS service:             the resource's policy             -> yes, if it allows

A resource's policy that names a caller's account, and not the caller, hands the decision to that account: within the
account it allows nothing by itself, from another one it is the resource's half of the agreement. A Deny means all its
callers.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import NoReturn, Protocol

import msgspec

from weirmq.iam.caller import Caller
from weirmq.iam.policy import Policy, Statement
from weirmq.iam.principals import Named
from weirmq.kernel.errors import ServiceError

Keys = Mapping[str, str | Sequence[str]]
"""Further condition keys of one request, by their lower-case names."""

_NO_KEYS: Keys = {}
_UNSETTLED = object()
SETTLED = 4096  # decisions remembered for one caller


class Asking(Protocol):
    """What a decision needs to know of a request besides the action and the resource. The engine's Call is one."""

    @property
    def caller(self) -> Caller: ...
    @property
    def region(self) -> str: ...
    @property
    def now_ms(self) -> int: ...
    @property
    def peer(self) -> str: ...
    @property
    def secure(self) -> bool: ...


class Errand(msgspec.Struct, frozen=True):
    """An Asking without a connection: one service's request to another, such as a delivery from a topic to a queue."""

    caller: Caller
    region: str
    now_ms: int
    peer: str = ""
    secure: bool = True


class Decision(Enum):
    """What came of it; the value is how AWS goes on after `... on resource: ...`, with the action put in."""

    ALLOWED = ""
    DENIED_BY_IDENTITY = "with an explicit deny in an identity-based policy"
    DENIED_BY_RESOURCE = "with an explicit deny in a resource-based policy"
    NOT_ALLOWED_BY_IDENTITY = "because no identity-based policy allows the {action} action"
    NOT_ALLOWED_BY_RESOURCE = "because no resource-based policy allows the {action} action"


class _Effect(Enum):
    NONE = 0
    HANDS_OVER = 1
    ALLOWS = 2
    DENIES = 3


# How a service's own messages write an action: SQS in lower case throughout, SNS with its name in capitals.
_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "sqs": str.lower,
    "sns": lambda action: f"SNS:{action.partition(':')[2]}",
}

# The code and status of a refusal. Services with AWS JSON 1.1 answer 400.
_REFUSALS: Mapping[str, tuple[str, int]] = {
    "sns": ("AuthorizationError", 403),
    "events": ("AccessDeniedException", 400),
    "kinesis": ("AccessDeniedException", 400),
    "dynamodb": ("AccessDeniedException", 400),
    "secretsmanager": ("AccessDeniedException", 400),
}
_USUAL_REFUSAL = ("AccessDeniedException", 403)


def authorize(
    asking: Asking, action: str, resource_arn: str, resource_policy: Policy | None = None, keys: Keys = _NO_KEYS
) -> None:
    """Let a request pass, or raise ServiceError as the action's service does.

    `action` is spelled as in its service's manual: `sqs:SendMessage`. `resource_arn` is `*` for one on nothing special.
    `keys` are condition keys besides those that all requests have, in lower case: `{"aws:sourcearn": ...}`.
    """
    caller = asking.caller
    if (
        caller.is_root
        and (resource_policy is None or not resource_policy.denies)
        and (resource_arn == "*" or resource_arn.split(":", 5)[4] == caller.account)
    ):
        return
    if caller.settled.get((action, resource_arn), _UNSETTLED) is resource_policy:
        return
    decision = decide(asking, action, resource_arn, resource_policy, keys)
    if decision is not Decision.ALLOWED:
        _refuse(caller, action, resource_arn, decision)
    _settle(caller, action, resource_arn, resource_policy)


def _settle(caller: Caller, action: str, resource_arn: str, resource_policy: Policy | None) -> None:
    """Remember that these policies allow this, where no condition or variable could make it otherwise next time."""
    policies = caller.policies if resource_policy is None else (*caller.policies, resource_policy)
    if all(statement.is_fixed for policy in policies for statement in policy.about(action)):
        if len(caller.settled) >= SETTLED:
            caller.settled.clear()
        caller.settled[action, resource_arn] = resource_policy


def decide(
    asking: Asking, action: str, resource_arn: str, resource_policy: Policy | None = None, keys: Keys = _NO_KEYS
) -> Decision:
    """What AWS's evaluation logic says of a request."""
    caller = asking.caller
    owner = caller.account if resource_arn == "*" else resource_arn.split(":", 5)[4]
    request = _Request(asking, owner, keys)
    by_identity = _Effect.ALLOWS if caller.is_root else _Effect.NONE
    for policy in caller.policies:
        effect = _effect(policy, request, action, resource_arn)
        if effect is _Effect.DENIES:
            return Decision.DENIED_BY_IDENTITY
        if effect is _Effect.ALLOWS:
            by_identity = effect
    by_resource = _Effect.NONE
    if resource_policy is not None:
        by_resource = _effect(resource_policy, request, action, resource_arn)
        if by_resource is _Effect.DENIES:
            return Decision.DENIED_BY_RESOURCE
    if caller.service:
        return Decision.ALLOWED if by_resource is _Effect.ALLOWS else Decision.NOT_ALLOWED_BY_RESOURCE
    if caller.account == owner:
        allowed = _Effect.ALLOWS in (by_identity, by_resource)
        return Decision.ALLOWED if allowed else Decision.NOT_ALLOWED_BY_IDENTITY
    if by_identity is not _Effect.ALLOWS:
        return Decision.NOT_ALLOWED_BY_IDENTITY
    return Decision.NOT_ALLOWED_BY_RESOURCE if by_resource is _Effect.NONE else Decision.ALLOWED


class _Request:
    """The condition keys of one request, looked up only when a policy asks for them."""

    __slots__ = ("_keys", "_owner", "asking")

    def __init__(self, asking: Asking, owner: str, keys: Keys) -> None:
        self.asking = asking
        self._owner = owner
        self._keys = keys

    def lookup(self, key: str) -> str | Sequence[str] | None:
        """What the request has under `key`, in lower case."""
        read = _GLOBAL_KEYS.get(key)
        if read is not None:
            return read(self.asking) or None
        if key == "aws:resourceaccount":
            return self._owner or None
        return self._keys.get(key)

    def resolve(self, key: str) -> str | None:
        """The value of the policy variable `${key}`: keys with several values have none."""
        value = self.lookup(key)
        return value if isinstance(value, str) else None


def _principal_type(caller: Caller) -> str:
    return "Service" if caller.service else "Account" if caller.is_root else "User"


def _time(now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html; an empty value means absent.
_GLOBAL_KEYS: Mapping[str, Callable[[Asking], str]] = {
    "aws:currenttime": lambda asking: _time(asking.now_ms),
    "aws:epochtime": lambda asking: str(asking.now_ms // 1000),
    "aws:principalaccount": lambda asking: asking.caller.account,
    "aws:principalarn": lambda asking: "" if asking.caller.service else asking.caller.arn,
    "aws:principalisawsservice": lambda asking: "true" if asking.caller.service else "false",
    "aws:principalservicename": lambda asking: asking.caller.service,
    "aws:principaltype": lambda asking: _principal_type(asking.caller),
    "aws:requestedregion": lambda asking: asking.region,
    "aws:securetransport": lambda asking: "true" if asking.secure else "false",
    "aws:sourceip": lambda asking: asking.peer.partition("%")[0],  # a link-local address may carry its interface
    "aws:userid": lambda asking: "" if asking.caller.service else asking.caller.user_id,
    "aws:username": lambda asking: asking.caller.username,
}


def _effect(policy: Policy, request: _Request, action: str, resource_arn: str) -> _Effect:
    """What one policy says. A Deny ends the search; an Allow doesn't, for a Deny may follow."""
    result = _Effect.NONE
    for statement in policy.about(action):
        effect = _named(statement, request.asking.caller)
        if effect is _Effect.NONE or (result is _Effect.ALLOWS and effect is not _Effect.DENIES):
            continue
        if statement.is_about_resource(resource_arn, request.resolve) and all(
            condition.holds(request.lookup, request.resolve) for condition in statement.conditions
        ):
            if effect is _Effect.DENIES:
                return effect
            result = effect
    return result


def _named(statement: Statement, caller: Caller) -> _Effect:
    """What a statement would do, going by whom it speaks of."""
    principals = statement.principals
    if principals is None:
        return _Effect.ALLOWS if statement.allows else _Effect.DENIES
    how = principals.name(caller.account, caller.arn, caller.user_id, caller.service, is_root=caller.is_root)
    if principals.negated:
        # A caller comes as itself and as its account. A Deny spares it only if both are listed, and an Allow takes it
        # only if neither is: so a list too short never opens anything.
        listed_account = bool(caller.service) or principals.anyone or caller.account in principals.accounts
        if statement.allows:
            return _Effect.ALLOWS if how is Named.NOT else _Effect.NONE
        return _Effect.NONE if how is Named.ITSELF and listed_account else _Effect.DENIES
    if how is Named.NOT:
        return _Effect.NONE
    if not statement.allows:
        return _Effect.DENIES
    return _Effect.ALLOWS if how is Named.ITSELF else _Effect.HANDS_OVER


def _refuse(caller: Caller, action: str, resource_arn: str, decision: Decision) -> NoReturn:
    service = action.partition(":")[0]
    spelled = _SPELLINGS.get(service, str)(action)
    reason = decision.value.format(action=spelled)
    message = f"User: {caller.arn} is not authorized to perform: {spelled} on resource: {resource_arn} {reason}"
    code, status = _REFUSALS.get(service, _USUAL_REFUSAL)
    raise ServiceError(code, message, status=status)
