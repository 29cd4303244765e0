"""The access policy of a topic: the one that every topic starts with, and what may stand in one.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
"""

import json
from functools import lru_cache
from typing import Any, Final

from weirmq.iam import policy
from weirmq.iam.errors import PolicyError
from weirmq.iam.policy import Policy
from weirmq.services.sns import errors
from weirmq.services.sns.limits import POLICY_BYTES, POLICY_STATEMENTS

DEFAULT_ID: Final = "__default_policy_ID"
DEFAULT_SID: Final = "__default_statement_ID"
_DEFAULT_ACTIONS: Final = (
    "SNS:GetTopicAttributes",
    "SNS:SetTopicAttributes",
    "SNS:AddPermission",
    "SNS:RemovePermission",
    "SNS:DeleteTopic",
    "SNS:Subscribe",
    "SNS:ListSubscriptionsByTopic",
    "SNS:Publish",
)
ACTIONS: Final = frozenset(  # that a topic's policy may speak of
    {
        "AddPermission",
        "DeleteTopic",
        "GetDataProtectionPolicy",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "Publish",
        "PutDataProtectionPolicy",
        "Receive",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    }
)
_LOWER: Final = frozenset(f"sns:{action.lower()}" for action in ACTIONS)


# Condition keys whose values are the caller's for good, or the topic's.
_LASTING: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:sourceowner",
        "aws:userid",
        "aws:username",
    }
)


def is_lasting(found: Policy, action: str) -> bool:
    """Whether what a policy says of a caller's `action` depends on neither time nor place, and so may be remembered."""
    return all(
        condition.key in _LASTING for statement in found.about(action) for condition in statement.conditions
    ) and "${" not in json.dumps(found.document)


def default(arn: str, account: str) -> dict[str, Any]:
    """The policy of a topic that was given none: all callers of its own account."""
    return {
        "Version": "2008-10-17",
        "Id": DEFAULT_ID,
        "Statement": [
            {
                "Sid": DEFAULT_SID,
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": list(_DEFAULT_ACTIONS),
                "Resource": arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
            }
        ],
    }


@lru_cache(maxsize=256)
def _default_of(account: str) -> Policy:
    """The same for every topic of an account: without a Resource, a statement means its own topic."""
    document = default("*", account)
    del document["Statement"][0]["Resource"]
    return policy.read(document, policy.Kind.RESOURCE)


def policy_of(account: str, text: str) -> Policy:
    """The policy that holds: the one that was set, checked before, or the default."""
    return policy.parse(text, policy.Kind.RESOURCE) if text else _default_of(account)


def check(text: str) -> str:
    """A topic's Policy, as it is kept. Raises InvalidParameter."""
    if len(text.encode()) > POLICY_BYTES:
        raise errors.bad_parameter("Policy", f"Policy must be at most {POLICY_BYTES} bytes long")
    try:
        found = policy.parse(text, policy.Kind.RESOURCE)
    except PolicyError as error:
        raise errors.bad_parameter("Policy", str(error)) from None
    if len(found.statements) > POLICY_STATEMENTS:
        raise errors.bad_parameter("Policy", f"a policy has at most {POLICY_STATEMENTS} statements")
    document = json.loads(text)
    for statement in _listed(document["Statement"]):
        for action in _listed(statement.get("Action", statement.get("NotAction"))):
            if not _is_in_scope(action):
                raise out_of_scope()
    return json.dumps(document, separators=(",", ":"))


def _is_in_scope(action: str) -> bool:
    """Whether a topic's policy may speak of `action`, e.g. `sns:Publish`, `SNS:Get*` or `*`."""
    lower = action.lower()
    if lower == "*":
        return True
    if "*" in lower or "?" in lower:
        return lower.startswith(("sns:", "*"))
    return lower in _LOWER


def out_of_scope() -> Exception:
    """A policy speaks of actions that topics don't have."""
    return errors.bad_parameter("Policy statement action out of service scope!")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
