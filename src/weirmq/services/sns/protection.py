"""Data protection: what may not come in or go out of a topic, and who hears of it.

    Publish -> Inbound statements of the publisher -> fan-out -> Outbound statements of each subscription's owner

What is looked at is the message's body, as it came, by all statements alike: so each identifier is looked for once,
however many speak of it. A letter that several de-identify becomes what the first of them says.
Source: https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
"""

from collections.abc import Hashable, Sequence
from itertools import chain, groupby
from typing import Any, NamedTuple

from weirmq.engine.service import Call
from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import errors, facts, identifiers, protection_policies
from weirmq.services.sns.custom_identifiers import Custom
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


class Body:
    """One body, and where there is data in it: by identifier, looked for when it is first asked for."""

    __slots__ = ("_found", "_words", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = identifiers.Words(text)
        self._found: dict[str, list[tuple[int, int]]] = {}

    def hits(self, statement: Statement) -> Hits:
        """What a statement finds."""
        managed = ((name, self._spans(name)) for name in statement.identifiers)
        own = ((name, self._spans(name, custom)) for name, custom in statement.customs)
        return tuple((name, spans) for name, spans in chain(managed, own) if spans)

    def _spans(self, name: str, custom: Custom | None = None) -> list[tuple[int, int]]:
        """A policy's own identifiers have names that managed ones haven't got."""
        spans = self._found.get(name)
        if spans is None:
            spans = custom.spans(self.text) if custom else identifiers.find(name, self.text, self._words)
            self._found[name] = spans
        return spans


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
    return _protect(protection_policies.parse(topic.protection).inbound, principal_arn, Body(text))


def outbound(topic: Topic, principal_arn: str, body: Body) -> Protected:
    """A body on its way to a subscription of `principal_arn`."""
    return _protect(protection_policies.parse(topic.protection).outbound, principal_arn, body)


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


def _protect(statements: Sequence[Statement], principal_arn: str, body: Body) -> Protected:
    found: list[Finding] = []
    masked: list[tuple[Hits, str]] = []
    is_denied = False
    for statement in statements:
        if not statement.is_about(principal_arn):
            continue
        hits = body.hits(statement)
        match statement.operation:
            case Audit() as audit:
                found.append(Finding(audit, hits))
            case Deidentify(mask) if hits:
                masked.append((hits, mask))
            case Deny():
                is_denied = is_denied or bool(hits)
    return Protected(_deidentified(body.text, masked), is_denied, tuple(found))


def _deidentified(text: str, masked: Sequence[tuple[Hits, str]]) -> str:
    """Each letter of what was found becomes the mask that the first statement has for it, or none where that is
    empty.
    """
    if not masked:
        return text
    which = bytearray(len(text))  # by letter: 0, or from 1 on which of `masked`
    for number in range(len(masked), 0, -1):
        for start, end in chain.from_iterable(spans for _, spans in masked[number - 1][0]):
            which[start:end] = bytes((number,)) * (end - start)
    parts, place = [], 0
    for number, run in groupby(which):
        end = place + sum(1 for _ in run)
        parts.append(masked[number - 1][1] * (end - place) if number else text[place:end])
        place = end
    return "".join(parts)


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
