"""The handshake with endpoints that must say themselves that they want messages, or no more of them.

    Subscribe -> a token goes to the endpoint -> ConfirmSubscription        (whoever has the token may)
    Unsubscribe -> a farewell goes to the endpoint, with a token by which it can come back

Sources: https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html and API_Unsubscribe.html
"""

import re
from collections.abc import Sequence
from typing import Final

from weirmq.engine.handover import Address, Delivery
from weirmq.engine.machine import Fact, Machine
from weirmq.engine.service import Call
from weirmq.kernel import arn, ids
from weirmq.kernel.ids import Entropy
from weirmq.services.sns import envelopes, errors, facts, fanout, protocols, replays
from weirmq.services.sns.limits import TOKEN_MS
from weirmq.services.sns.model import Subscription, Topic
from weirmq.services.sns.notifications import CONFIRMATION, FAREWELL, Notification
from weirmq.services.sns.service import SENDER, Sns, authorize_on, check_subscription_arn
from weirmq.wire.aws.types import sns as types

_TOKEN_START: Final = "2336412f37"  # noqa: S105 - how AWS's tokens start; some code looks for it
_TOKEN_BYTES: Final = 64
_TOKEN: Final = re.compile(rf"{_TOKEN_START}[0-9a-f]{{{2 * _TOKEN_BYTES}}}")

Also = Sequence[tuple[Machine, Sequence[Fact]]]


def new_token(entropy: Entropy) -> str:
    """A token that nobody can guess."""
    return _TOKEN_START + entropy.take(_TOKEN_BYTES).hex()


def asked(service: Sns, call: Call, topic: Topic, subscription_arn: str, fact: facts.Subscribed) -> Also:
    """What sends the endpoint its token. Nobody is told if a queue doesn't take it."""
    text = (
        f"You have chosen to subscribe to the topic {topic.arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message."
    )
    message = _message(service, call, topic, CONFIRMATION, text, fact.token, fact.protocol, fact.endpoint)
    if fact.protocol == "sqs":
        delivery = Delivery(
            body=envelopes.whole(message, service.signer),
            sender=SENDER.user_id,
            source_arn=topic.arn,
            caller=SENDER,
            group=message.message_id if topic.settings.is_fifo else None,  # a FIFO queue takes nothing without
            deduplication_id=message.message_id if topic.settings.is_fifo else None,
        )
        return service.handover.accept([Address(fact.endpoint)], delivery, call.now_ms).also
    return fanout.posted(service, [subscription_arn], message)


def ask_again(service: Sns, call: Call, subscription: Subscription) -> None:
    """Send a new token for a subscription that still waits."""
    token = new_token(service.entropy)
    again = facts.Subscribed(
        subscription.number, subscription.topic.number, subscription.id, subscription.owner, subscription.principal,
        subscription.protocol, subscription.endpoint, {}, token,
    )  # fmt: skip
    also = asked(service, call, subscription.topic, subscription.arn, again)
    service.commit([facts.TokenRenewed(subscription.number, token)], call.now_ms, also=also)


def _message(
    service: Sns, call: Call, topic: Topic, kind: str, text: str, token: str, protocol: str, endpoint: str
) -> Notification:
    return Notification(
        kind,
        ids.uuid4(service.entropy),
        topic.arn,
        text,
        call.now_ms,
        service.origin_of(call),
        topic.settings.signature_version,
        token=token,
        protocol=protocol,
        endpoint=endpoint,
    )


def confirm_subscription(
    service: Sns, call: Call, request: types.ConfirmSubscriptionInput
) -> types.ConfirmSubscriptionResponse:
    """The endpoint wants the messages. Whoever has the token needs no signature, unless only the owner is to be able to
    unsubscribe. Raises InvalidParameter, AuthorizationError.
    """
    try:
        topic_arn = arn.parse(request.TopicArn)
    except ValueError:
        raise errors.bad_parameter("Topic") from None
    if not _TOKEN.fullmatch(request.Token):
        raise errors.invalid("Invalid token")
    subscription = service.machine.by_token.get(request.Token) or _come_back(service, call, request)
    if subscription is None:
        raise errors.bad_parameter("Token")
    if subscription.topic.arn != str(topic_arn):
        raise errors.bad_parameter("Topic")
    authenticates = (request.AuthenticateOnUnsubscribe or "").lower() == "true"
    is_signed = bool(call.caller.access_key)
    if authenticates:
        if not is_signed:
            raise errors.not_authorized("AuthenticateOnUnsubscribe needs a signed request.")
        authorize_on(call, "sns:ConfirmSubscription", subscription.topic)
    if not subscription.is_confirmed:
        fact = facts.Confirmed(subscription.number, authenticates, is_signed)
        service.commit([fact, *replays.started(subscription.number, subscription.attributes)], call.now_ms)
    return types.ConfirmSubscriptionResponse(SubscriptionArn=subscription.arn)


def _come_back(service: Sns, call: Call, request: types.ConfirmSubscriptionInput) -> Subscription | None:
    """The subscription that ended with this token, as it was; None where there is none, or its place is taken."""
    ended = service.machine.ended.get(request.Token)
    if ended is None or ended.topic_arn != request.TopicArn or ended.at_ms + TOKEN_MS <= call.now_ms:
        return None
    topic = service.machine.topics_by_arn.get(ended.topic_arn)
    if topic is None or (ended.protocol, ended.endpoint) in topic.by_endpoint:
        return None
    number = service.machine.next_subscription
    again = facts.Subscribed(
        number, topic.number, ended.id, ended.owner, ended.principal, ended.protocol, ended.endpoint,
        ended.attributes, request.Token,
    )  # fmt: skip
    service.commit([again], call.now_ms)
    return service.machine.subscriptions[number]


def unsubscribe(service: Sns, call: Call, request: types.UnsubscribeInput) -> None:
    """End a subscription. Without a signature that works too, unless it was confirmed with AuthenticateOnUnsubscribe or
    needed no confirmation; the endpoint is then told how to come back. One that is gone is not missed.

    Raises InvalidParameter, AuthorizationError.
    """
    subscription = service.machine.subscriptions_by_arn.get(request.SubscriptionArn)
    if subscription is None:
        check_subscription_arn(request.SubscriptionArn)
        return
    is_signed = bool(call.caller.access_key)
    is_owner = is_signed and call.caller.account in (subscription.owner, subscription.topic.account)
    if subscription.authenticates or is_signed:
        if not is_owner:
            raise errors.not_authorized("Only the owner of the subscription or of its topic can unsubscribe.")
        service.find_subscription(call, request.SubscriptionArn, "sns:Unsubscribe")
    also: Also = ()
    if subscription.is_confirmed and subscription.protocol in _farewells(is_owner=is_owner):
        also = _farewell(service, call, subscription)
    service.commit([facts.Unsubscribed(subscription.number)], call.now_ms, also=also)


def _farewells(*, is_owner: bool) -> frozenset[str]:
    """Who is told. A mailbox is, where somebody else than the owner ended the subscription."""
    return protocols.HTTP if is_owner else protocols.HANDSHAKE


def _farewell(service: Sns, call: Call, subscription: Subscription) -> Also:
    text = (
        f"You have chosen to deactivate subscription {subscription.arn}.\n"
        "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message."
    )
    message = _message(
        service, call, subscription.topic, FAREWELL, text, subscription.token, subscription.protocol,
        subscription.endpoint,
    )  # fmt: skip
    return fanout.posted(service, [subscription.arn], message)
