"""Data protection: what may not come in or go out of a topic, and who hears of it.

    Publish -> Inbound statements of the publisher -> fan-out -> Outbound statements of each subscription's owner

What is looked at is the message's body. Audits and denials go by the body as it came; de-identifications change it one
after the other.
Source: https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
"""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from weirmq.engine.service import Call
from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import errors, facts, identifiers, protection_policies
from weirmq.services.sns.envelopes import timestamp
from weirmq.services.sns.model import Topic
from weirmq.services.sns.protection_policies import Audit, Deidentify, Deny, Statement
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

Hits = tuple[tuple[str, list[tuple[int, int]]], ...]
"""What was found: identifiers, and where."""


class Finding(NamedTuple):
    """What an audit has to say of one message."""

    audit: Audit
    hits: Hits


class Protected(NamedTuple):
    """What became of a body."""

    text: str
    is_denied: bool
    findings: tuple[Finding, ...]


# Operations


def put_data_protection_policy(service: Sns, call: Call, request: types.PutDataProtectionPolicyInput) -> None:
    """Set a topic's policy; an empty one takes it away. Raises InvalidParameter, NotFound."""
    topic = service.find(call, request.ResourceArn, "sns:PutDataProtectionPolicy", "ResourceArn")
    check_new(request.DataProtectionPolicy, is_fifo=topic.settings.is_fifo)
    if request.DataProtectionPolicy != topic.protection:
        found = facts.DataProtectionPolicySet(topic.number, request.DataProtectionPolicy)
        service.commit([found], call.now_ms)


def get_data_protection_policy(
    service: Sns, call: Call, request: types.GetDataProtectionPolicyInput
) -> types.GetDataProtectionPolicyResponse:
    """A topic's policy, as it was given. Raises InvalidParameter, NotFound."""
    topic = service.find(call, request.ResourceArn, "sns:GetDataProtectionPolicy", "ResourceArn")
    return types.GetDataProtectionPolicyResponse(DataProtectionPolicy=topic.protection)


def check_new(text: str, *, is_fifo: bool) -> None:
    """A policy for a topic: "not available for FIFO topics". Raises InvalidParameter."""
    if is_fifo and text:
        raise errors.bad_parameter("DataProtectionPolicy", "data protection is not supported for FIFO topics")
    protection_policies.check(text)


# What Publish and deliveries ask


def inbound(topic: Topic, principal_arn: str, text: str) -> Protected:
    """A body that somebody publishes."""
    return _protect(protection_policies.parse(topic.protection).inbound, principal_arn, text)


def outbound(topic: Topic, principal_arn: str, text: str) -> Protected:
    """A body on its way to a subscription of `principal_arn`."""
    return _protect(protection_policies.parse(topic.protection).outbound, principal_arn, text)


def has_outbound(topic: Topic) -> bool:
    """Whether subscribers may get different bodies."""
    return bool(topic.protection) and bool(protection_policies.parse(topic.protection).outbound)


def shares_outbound(topic: Topic, principal_arn: str) -> Hashable:
    """Subscriptions with the same key get the same body: what it is depends on the statements about their owners."""
    found = protection_policies.parse(topic.protection).outbound
    return tuple(index for index, statement in enumerate(found) if statement.is_about(principal_arn))


def denied(call: Call, topic: Topic) -> ServiceError:
    """The answer to who publishes what an Inbound statement denies."""
    return errors.not_authorized(
        f"User: {call.caller.arn} is not authorized to perform: SNS:Publish on resource: {topic.arn} with an explicit"
        " deny in a data protection policy"
    )


def _protect(statements: Sequence[Statement], principal_arn: str, text: str) -> Protected:
    found: list[Finding] = []
    changed = text
    is_denied = False
    for statement in statements:
        if not statement.is_about(principal_arn):
            continue
        match statement.operation:
            case Audit() as audit:
                found.append(Finding(audit, _hits(statement, text)))
            case Deidentify(mask):
                changed = _deidentified(changed, _hits(statement, changed), mask)
            case Deny():
                is_denied = is_denied or bool(_hits(statement, text))
    return Protected(changed, is_denied, tuple(found))


def _hits(statement: Statement, text: str) -> Hits:
    found = identifiers.find_all(statement.identifiers, text)
    return (*found, *((name, spans) for name, custom in statement.customs if (spans := custom.spans(text))))


def _deidentified(text: str, hits: Hits, mask: str) -> str:
    """Each letter of what was found becomes `mask`, or none where it is empty."""
    if not hits:
        return text
    parts = []
    last = 0
    for start, end in identifiers.merged([span for _, spans in hits for span in spans]):
        parts += [text[last:start], mask * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


def audit_records(
    topic: Topic, findings: Sequence[Finding], message_id: str, principal_arn: str, now_ms: int
) -> list[dict[str, Any]]:
    """What is to be logged of a message: a record for each audit that takes it as a sample and has a log group for it.

    The message's id is random, so it says by itself whether it is a sample.
    """
    records = []
    for audit, hits in findings:
        group = audit.findings_group if hits else audit.no_findings_group
        if group and int(message_id[:8], 16) % 100 < audit.sample_percent:
            records.append(
                {
                    "logGroup": group,
                    "messageId": message_id,
                    "auditTimestamp": timestamp(now_ms),
                    "callerPrincipal": principal_arn,
                    "resourceArn": topic.arn,
                    "dataIdentifiers": [_shown(name, spans) for name, spans in hits],
                }
            )
    return records


def _shown(name: str, spans: list[tuple[int, int]]) -> dict[str, Any]:
    """Positions are letters of the body, counted from 0; the end isn't in it."""
    return {
        "name": name,
        "count": len(spans),
        "detections": [{"start": start, "end": end} for start, end in spans],
    }
