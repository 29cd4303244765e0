"""AddPermission and RemovePermission: edits of a topic's policy, statement by statement.

Source: https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html
"""

import json
import re
from typing import Any, Final

from weirmq.engine.service import Call
from weirmq.kernel import arn
from weirmq.services.sns import errors, facts, policies
from weirmq.services.sns.limits import LABEL_LETTERS
from weirmq.services.sns.model import Topic
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

_ACCOUNT: Final = re.compile(r"[0-9]{12}")


def add_permission(service: Sns, call: Call, request: types.AddPermissionInput) -> None:
    """Let accounts do something with a topic: one more statement of its policy. Raises InvalidParameter."""
    topic = service.find(call, request.TopicArn, "sns:AddPermission")
    document, statements = _policy_of(topic)
    if any(statement.get("Sid") == request.Label for statement in statements):
        raise errors.bad_parameter("Statement already exists")
    _check(request)
    _save(service, call, topic, document, [*statements, _statement(topic, request)])


def remove_permission(service: Sns, call: Call, request: types.RemovePermissionInput) -> None:
    """Take a statement out of a topic's policy; one that isn't there is not missed."""
    topic = service.find(call, request.TopicArn, "sns:RemovePermission")
    document, statements = _policy_of(topic)
    rest = [statement for statement in statements if statement.get("Sid") != request.Label]
    if len(rest) < len(statements):
        _save(service, call, topic, document, rest)


def _check(request: types.AddPermissionInput) -> None:
    if not request.Label or len(request.Label) > LABEL_LETTERS:
        raise errors.bad_parameter("Label")
    if not request.ActionName:
        raise errors.bad_parameter("ActionName")
    for action in request.ActionName:
        if action != "*" and action not in policies.ACTIONS:
            raise policies.out_of_scope()
    if not request.AWSAccountId or not all(_ACCOUNT.fullmatch(account) for account in request.AWSAccountId):
        raise errors.bad_parameter("AWSAccountId")


def _policy_of(topic: Topic) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The topic's policy and its statements."""
    text = topic.attributes.get("Policy")
    document = json.loads(text) if text else policies.default(topic.arn, topic.account)
    statements = document["Statement"]
    return document, statements if isinstance(statements, list) else [statements]


def _statement(topic: Topic, request: types.AddPermissionInput) -> dict[str, Any]:
    partition = arn.partition_of(topic.region)
    principals = [f"arn:{partition}:iam::{account}:root" for account in dict.fromkeys(request.AWSAccountId)]
    return {
        "Sid": request.Label,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_all(principals)},
        "Action": _one_or_all([f"SNS:{action}" for action in dict.fromkeys(request.ActionName)]),
        "Resource": topic.arn,
    }


def _one_or_all(values: list[str]) -> str | list[str]:
    """AWS writes one value as a string, several as a list."""
    return values[0] if len(values) == 1 else values


def _save(service: Sns, call: Call, topic: Topic, document: dict[str, Any], statements: list[dict[str, Any]]) -> None:
    after = dict(topic.attributes)
    after.pop("Policy", None)
    if statements:
        after["Policy"] = policies.check(json.dumps({**document, "Statement": statements}))
    service.commit([facts.TopicAttributesSet(topic.number, after)], call.now_ms)
