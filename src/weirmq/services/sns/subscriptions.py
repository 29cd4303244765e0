"""Subscribe, Unsubscribe, and what subscriptions are asked.

Source: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""

from collections.abc import Mapping
from typing import Final

from weirmq.engine.machine import Fact
from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn, ids
from weirmq.services.sns import (
    confirmations,
    endpoints,
    errors,
    facts,
    listing,
    protocols,
    replays,
    subscription_attributes,
    topic_attributes,
)
from weirmq.services.sns.limits import MAX_MESSAGE_BYTES
from weirmq.services.sns.model import Subscription, Topic
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

_SHOWN_WHILE_PENDING: Final = "pending confirmation"


def subscribe(service: Sns, call: Call, request: types.SubscribeInput) -> types.SubscribeResponse:
    """An endpoint wants a topic's messages. Where it must say so itself, it is sent a token.

    Raises InvalidParameter, NotFound, SubscriptionLimitExceeded, FilterPolicyLimitExceeded, ReplayLimitExceeded.
    """
    protocol, endpoint = request.Protocol, request.Endpoint or ""
    keys = {"sns:protocol": protocol, "sns:endpoint": endpoint}
    topic = service.find(call, request.TopicArn, "sns:Subscribe", keys=keys)
    endpoint = protocols.check(topic, protocol, endpoint)
    if protocol == "application":
        endpoints.subscribable(service, call, endpoint)
    checked = subscription_attributes.check_new(topic, protocol, endpoint, request.Attributes or {})
    known = topic.by_endpoint.get((protocol, endpoint))
    if known is None:
        subscription = _make(service, call, topic, protocol, endpoint, checked)
    else:
        subscription = known
        _check_alike(known, request.Attributes or {}, checked)
        if not known.is_confirmed:
            confirmations.ask_again(service, call, known)
    is_shown = subscription.is_confirmed or request.ReturnSubscriptionArn
    return types.SubscribeResponse(SubscriptionArn=subscription.arn if is_shown else _SHOWN_WHILE_PENDING)


def _check_alike(known: Subscription, given: Mapping[str, str], checked: Mapping[str, str]) -> None:
    has = subscription_attributes.shown(known)
    if any(has.get(name, "") != checked.get(name, "") for name in given):
        raise errors.bad_parameter("Attributes", "Subscription already exists with different attributes")


def _make(
    service: Sns, call: Call, topic: Topic, protocol: str, endpoint: str, attributes: dict[str, str]
) -> Subscription:
    _check_quotas(service, call, topic, attributes)
    if topic.settings.max_message_bytes > MAX_MESSAGE_BYTES:
        topic_attributes.check_large(topic, protocol)
    token = "" if _is_confirmed_at_once(call, protocol, endpoint) else confirmations.new_token(service.entropy)
    number = service.machine.next_subscription
    fact = facts.Subscribed(
        number, topic.number, ids.uuid4(service.entropy), call.caller.account, call.caller.arn, protocol, endpoint,
        attributes, token,
    )  # fmt: skip
    arn_of_it = f"{topic.arn}:{fact.id}"
    if token:
        also = confirmations.asked(service, call, topic, arn_of_it, fact)
        service.commit([fact], call.now_ms, also=also)
    else:
        service.commit([fact, *replays.started(number, attributes)], call.now_ms)
    return service.machine.subscriptions[number]


def _check_quotas(service: Sns, call: Call, topic: Topic, attributes: Mapping[str, str]) -> None:
    quotas = service.quotas
    if len(topic.subscriptions) >= (quotas.fifo_subscriptions if topic.settings.is_fifo else quotas.subscriptions):
        raise errors.too_many_subscriptions()
    if service.machine.unconfirmed[call.caller.account] >= quotas.pending_subscriptions:
        raise errors.too_many_subscriptions()
    if attributes.get("FilterPolicy", "{}") != "{}":
        _check_filter_quota(service, topic)
    if "ReplayPolicy" in attributes:
        _check_replay_quota(service, topic)


def _check_filter_quota(service: Sns, topic: Topic) -> None:
    of_account = service.machine.filter_policies[topic.account]
    quotas = service.quotas
    if topic.filter_policies >= quotas.filter_policies_of_topic or of_account >= quotas.filter_policies_of_account:
        raise errors.too_many_filter_policies()


def _check_replay_quota(service: Sns, topic: Topic) -> None:
    if sum(each.topic is topic for each in service.machine.replays.values()) >= service.quotas.replays_of_topic:
        raise errors.too_many_replays()


def _is_confirmed_at_once(call: Call, protocol: str, endpoint: str) -> bool:
    """Whoever subscribes a queue of another account needs that account's word; its own account has given it."""
    if protocol == "sqs":
        return arn.parse(endpoint).account == call.caller.account
    return protocol not in protocols.HANDSHAKE


def get_subscription_attributes(
    service: Sns, call: Call, request: types.GetSubscriptionAttributesInput
) -> types.GetSubscriptionAttributesResponse:
    """All attributes of a subscription."""
    subscription = service.find_subscription(call, request.SubscriptionArn, "sns:GetSubscriptionAttributes")
    return types.GetSubscriptionAttributesResponse(Attributes=subscription_attributes.shown(subscription))


def set_subscription_attributes(service: Sns, call: Call, request: types.SetSubscriptionAttributesInput) -> None:
    """Change one attribute; it acts at once. Without a value it goes back to what it was at first."""
    subscription = service.find_subscription(call, request.SubscriptionArn, "sns:SetSubscriptionAttributes")
    name, value = request.AttributeName, request.AttributeValue or ""
    after = subscription_attributes.check_change(subscription, name, value)
    found: list[Fact] = [facts.SubscriptionAttributesSet(subscription.number, after)]
    if name == "FilterPolicy" and not subscription.settings.filter_policy and after.get(name, "{}") != "{}":
        _check_filter_quota(service, subscription.topic)
    if name == "ReplayPolicy":
        if name in after and subscription.number not in service.machine.replays:
            _check_replay_quota(service, subscription.topic)
        found += replays.started(subscription.number, after)
    service.commit(found, call.now_ms)


def list_subscriptions(
    service: Sns, call: Call, request: types.ListSubscriptionsInput
) -> types.ListSubscriptionsResponse:
    """The caller's subscriptions in the region, the oldest first."""
    authorize(call, "sns:ListSubscriptions", "*")
    own = service.machine.subscriptions_of(call.caller.account, call.region)
    found = listing.page(own, request.NextToken)
    return types.ListSubscriptionsResponse(
        Subscriptions=[_listed(own[number]) for number in found.numbers], NextToken=found.next_token
    )


def list_subscriptions_by_topic(
    service: Sns, call: Call, request: types.ListSubscriptionsByTopicInput
) -> types.ListSubscriptionsByTopicResponse:
    """A topic's subscriptions, the oldest first."""
    topic = service.find(call, request.TopicArn, "sns:ListSubscriptionsByTopic")
    found = listing.page(topic.subscriptions, request.NextToken)
    return types.ListSubscriptionsByTopicResponse(
        Subscriptions=[_listed(topic.subscriptions[number]) for number in found.numbers], NextToken=found.next_token
    )


def _listed(subscription: Subscription) -> types.Subscription:
    return types.Subscription(
        SubscriptionArn=subscription.shown_arn,
        Owner=subscription.owner,
        Protocol=subscription.protocol,
        Endpoint=protocols.masked(subscription.endpoint),
        TopicArn=subscription.topic.arn,
    )
