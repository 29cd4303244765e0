"""The attributes of subscriptions: what callers may set, what it means, and what they see.

Source: https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from weirmq.kernel import arn
from weirmq.services.sns import delivery_policies, errors, filters, json_texts, protocols, replays
from weirmq.services.sns.model import BY_ATTRIBUTES, BY_BODY, Subscription, SubscriptionSettings, Topic

IN_SUBSCRIBE: Final = "Attributes Reason: "  # what stands before a refusal of Subscribe


class Context(NamedTuple):
    """What a value is checked against. `prefix` is IN_SUBSCRIBE, or "" in SetSubscriptionAttributes."""

    topic: Topic
    protocol: str
    endpoint: str
    prefix: str
    scope: str


def settings_of(attributes: Mapping[str, str]) -> SubscriptionSettings:
    """What attributes that were checked before say to the machine."""
    redrive = attributes.get("RedrivePolicy", "")
    filter_policy = attributes.get("FilterPolicy", "")
    return SubscriptionSettings(
        is_raw=attributes.get("RawMessageDelivery") == "true",
        filter_policy="" if filter_policy == "{}" else filter_policy,
        filter_scope=attributes.get("FilterPolicyScope", BY_ATTRIBUTES),
        dead_letter_arn=json.loads(redrive)["deadLetterTargetArn"] if redrive else "",
        delivery_policy=attributes.get("DeliveryPolicy", ""),
    )


# What a value becomes when it is set. Each raises InvalidParameter; "" means: remove.


def _raw(value: str, context: Context) -> str:
    if value.lower() not in ("true", "false"):
        raise errors.bad_parameter(
            f"{context.prefix}RawMessageDelivery: Invalid value [{value}]. Must be true or false."
        )
    if value.lower() == "true" and context.protocol not in protocols.RAW:
        raise errors.bad_parameter(
            f"{context.prefix}Delivery protocol [{context.protocol}] does not support raw message delivery."
        )
    return value.lower()


def _filter_policy(value: str, context: Context) -> str:
    if not value:
        return ""
    if not value.strip("{} \t\r\n"):
        return "{}"
    filters.check(value, context.scope, context.prefix)
    return value


def _filter_scope(value: str, context: Context) -> str:
    if value not in (BY_ATTRIBUTES, BY_BODY):
        raise errors.bad_parameter(
            f"{context.prefix}FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or"
            " MessageAttributes"
        )
    return value


def _redrive_policy(value: str, context: Context) -> str:
    if not value:
        return ""
    name = f"{context.prefix}RedrivePolicy"
    policy = json_texts.load(value, name)
    target = policy.get("deadLetterTargetArn") if isinstance(policy, dict) else None
    if not isinstance(target, str):
        raise errors.bad_parameter(f"{name}: deadLetterTargetArn is missing")
    parsed = _queue_arn(target)
    if parsed is None:
        raise errors.bad_parameter(f"{name}: deadLetterTargetArn is an invalid arn")
    if (parsed.account, parsed.region) != (context.topic.account, context.topic.region):
        raise errors.bad_parameter(
            f"{name}: the dead-letter queue must be in the account and region of the subscription"
        )
    is_fifo = context.topic.settings.is_fifo and context.endpoint.endswith(".fifo")
    if is_fifo and not target.endswith(".fifo"):
        raise errors.bad_parameter(f"{name}: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.")
    if not is_fifo and target.endswith(".fifo"):
        raise errors.bad_parameter(f"{name}: must use a standard queue as DLQ for a standard Subscription.")
    return json.dumps({"deadLetterTargetArn": target}, separators=(",", ":"))


def _queue_arn(text: str) -> arn.Arn | None:
    try:
        parsed = arn.parse(text)
    except ValueError:
        return None
    return parsed if parsed.service == "sqs" and ":" not in parsed.resource else None


def _delivery_policy(value: str, context: Context) -> str:
    return delivery_policies.check_subscription(value, context.prefix) if value else ""


def _role(value: str, _context: Context) -> str:
    return value


def _replay_policy(value: str, context: Context) -> str:
    return replays.check(value, context.topic, context.protocol, context.prefix) if value else ""


_CHECKS: Final[Mapping[str, Callable[[str, Context], str]]] = {
    "FilterPolicyScope": _filter_scope,
    "FilterPolicy": _filter_policy,
    "DeliveryPolicy": _delivery_policy,
    "RawMessageDelivery": _raw,
    "RedrivePolicy": _redrive_policy,
    "ReplayPolicy": _replay_policy,
    "SubscriptionRoleArn": _role,
}


def check_new(topic: Topic, protocol: str, endpoint: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """The attributes of a subscription to be made, as they are kept. Raises InvalidParameter."""
    for name in attributes:
        if name not in _CHECKS:
            raise errors.bad_parameter("Attributes", f"Invalid attribute name: {name}")
    scope = attributes.get("FilterPolicyScope", BY_ATTRIBUTES)
    context = Context(topic, protocol, endpoint, IN_SUBSCRIBE, scope)
    checked = {name: check(attributes[name], context) for name, check in _CHECKS.items() if name in attributes}
    return _settled(checked)


def check_change(subscription: Subscription, name: str, value: str) -> dict[str, str]:
    """All attributes of `subscription` once one is set. Raises InvalidParameter."""
    check = _CHECKS.get(name)
    if check is None:
        raise errors.bad_parameter("AttributeName")
    scope = subscription.settings.filter_scope
    context = Context(subscription.topic, subscription.protocol, subscription.endpoint, "", scope)
    after = {**subscription.attributes, name: check(value, context)}
    if name == "FilterPolicyScope" and subscription.settings.filter_policy:
        filters.check(subscription.settings.filter_policy, value, "")
    return _settled(after)


def _settled(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if value}


def shown(subscription: Subscription) -> dict[str, str]:
    """Every attribute of `subscription`, as GetSubscriptionAttributes shows them."""
    found = {
        "SubscriptionArn": subscription.arn,
        "TopicArn": subscription.topic.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": protocols.masked(subscription.endpoint),
        "PendingConfirmation": _text(not subscription.is_confirmed),
        "ConfirmationWasAuthenticated": _text(subscription.confirmed_by_signature),
        "SubscriptionPrincipal": subscription.principal,
        "RawMessageDelivery": "false",
    }
    if subscription.protocol in ("http", "https"):
        found["EffectiveDeliveryPolicy"] = delivery_policies.shown_for_subscription(
            subscription.topic.settings.delivery_policy, subscription.settings.delivery_policy
        )
    if "FilterPolicy" in subscription.attributes:
        found["FilterPolicyScope"] = BY_ATTRIBUTES
    found |= subscription.attributes
    if subscription.replay is not None:
        found["ReplayStatus"] = subscription.replay.status
    return found


def _text(value: Any) -> str:
    return "true" if value else "false"
