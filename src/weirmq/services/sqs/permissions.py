"""AddPermission and RemovePermission: edits of a queue's policy, statement by statement.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
"""

import json
import re
from typing import Any, Final

from weirmq.engine.service import Call
from weirmq.kernel import arn
from weirmq.services.sqs import attributes, errors, facts
from weirmq.services.sqs.limits import POLICY_ACTIONS
from weirmq.services.sqs.model import Queue
from weirmq.services.sqs.ownership import find_own
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types.sqs import AddPermissionRequest, RemovePermissionRequest

_LABEL: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")

SHARED: Final = frozenset(  # actions that other accounts can be given
    (
        "*",
        "ChangeMessageVisibility",
        "DeleteMessage",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ListDeadLetterSourceQueues",
        "PurgeQueue",
        "ReceiveMessage",
        "SendMessage",
    )
)
OWNERS: Final = frozenset(  # and those that they can't
    (
        "AddPermission",
        "CancelMessageMoveTask",
        "CreateQueue",
        "DeleteQueue",
        "ListMessageMoveTasks",
        "ListQueueTags",
        "ListQueues",
        "RemovePermission",
        "SetQueueAttributes",
        "StartMessageMoveTask",
        "TagQueue",
        "UntagQueue",
    )
)


def add_permission(service: Sqs, call: Call, request: AddPermissionRequest) -> None:
    """Let accounts do something with a queue: one more statement of its policy.

    Raises InvalidParameterValue, OverLimit.
    """
    queue = find_own(service, call, request.QueueUrl, "sqs:AddPermission")
    _check(request)
    document, statements = _policy_of(queue)
    if any(statement.get("Sid") == request.Label for statement in statements):
        raise errors.bad_parameter(request.Label, "Label", "Already exists.")
    _save(service, call, queue, document, [*statements, _statement(queue, request)])


def remove_permission(service: Sqs, call: Call, request: RemovePermissionRequest) -> None:
    """Take a statement out of a queue's policy. Raises InvalidParameterValue."""
    queue = find_own(service, call, request.QueueUrl, "sqs:RemovePermission")
    document, statements = _policy_of(queue)
    rest = [statement for statement in statements if statement.get("Sid") != request.Label]
    if len(rest) == len(statements):
        raise errors.bad_parameter(request.Label, "Label", "can't find label.")
    _save(service, call, queue, document, rest)


def _check(request: AddPermissionRequest) -> None:
    if not _LABEL.fullmatch(request.Label):
        raise errors.bad_parameter(request.Label, "Label", errors.NAME_RULE + ".")
    if not request.AWSAccountIds:
        raise errors.missing("AWSAccountIds")
    if not request.Actions:
        raise errors.missing("Actions")
    for account in request.AWSAccountIds:
        if not _ACCOUNT.fullmatch(account):
            raise errors.bad_parameter(f"[{account}]", "PrincipalId", "Unable to verify.")
    if len(request.Actions) > POLICY_ACTIONS:
        raise errors.over_limit(f"{len(request.Actions)} Actions were found, maximum allowed is {POLICY_ACTIONS}.")
    for action in request.Actions:
        if action in OWNERS:
            raise errors.bad_parameter(
                f"SQS:{action}", "ActionName", "Only the queue owner is allowed to invoke this action."
            )
        if action not in SHARED:
            raise errors.bad_parameter(
                f"SQS:{action}", "ActionName", "Please refer to the appropriate WSDL for a list of valid actions."
            )


def _policy_of(queue: Queue) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The queue's policy and its statements; an empty one where it has none."""
    text = queue.attributes.get("Policy")
    if text is None:
        return {"Version": "2008-10-17", "Id": f"{queue.arn}/SQSDefaultPolicy"}, []
    document: dict[str, Any] = json.loads(text)
    statements = document["Statement"]
    return document, statements if isinstance(statements, list) else [statements]


def _statement(queue: Queue, request: AddPermissionRequest) -> dict[str, Any]:
    partition = arn.partition_of(queue.region)
    principals = [f"arn:{partition}:iam::{account}:root" for account in dict.fromkeys(request.AWSAccountIds)]
    return {
        "Sid": request.Label,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_all(principals)},
        "Action": _one_or_all([f"SQS:{action}" for action in dict.fromkeys(request.Actions)]),
        "Resource": queue.arn,
    }


def _one_or_all(values: list[str]) -> str | list[str]:
    """AWS writes one value as a string, several as a list."""
    return values[0] if len(values) == 1 else values


def _save(service: Sqs, call: Call, queue: Queue, document: dict[str, Any], statements: list[dict[str, Any]]) -> None:
    after = dict(queue.attributes)
    if statements:
        after["Policy"] = json.dumps({**document, "Statement": statements}, separators=(",", ":"))
        attributes.check_policy(after["Policy"])
    else:
        after.pop("Policy", None)
    service.commit([facts.AttributesSet(queue.number, after)], call.now_ms)
