"""Errands: a message as each protocol carries it, and what the far end's answers mean.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html and
https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

import json
from typing import TYPE_CHECKING, Final

from weirmq.engine.errands import Errand, FunctionErrand, HttpErrand, MailErrand, Outcome
from weirmq.services.sns import direct, envelopes, sms
from weirmq.services.sns.delivery_policies import CONTENT_TYPE, Effective
from weirmq.services.sns.model import Subscription
from weirmq.services.sns.notifications import CONFIRMATION, Notification
from weirmq.services.sns.protocols import HTTP

if TYPE_CHECKING:
    from weirmq.services.sns.service import Sns

USER_AGENT: Final = "Amazon Simple Notification Service Agent"
_HTTP_OK: Final = range(200, 300)
_FAULT: Final = 500
_TRANSIENT: Final = frozenset({408, 429})  # client errors that a later try may not meet


def lane_of(subscription: Subscription) -> str:
    """What the subscription shares its sends with: its URL or function, an application's devices, or a gateway."""
    if subscription.protocol in HTTP or subscription.protocol == "lambda":
        return subscription.endpoint
    if subscription.protocol == "application":
        return subscription.endpoint.rpartition("/")[0]
    return subscription.protocol


def greeting(service: "Sns", message: Notification, subscription_arn: str) -> Errand:
    """A subscription's confirmation or farewell."""
    if message.protocol in HTTP:
        body = envelopes.whole(message, service.signer).encode()
        return _http(message, message.endpoint, subscription_arn, CONTENT_TYPE, body)
    link = envelopes.subscribe_url(message.origin, message.topic_arn, message.token)
    if message.protocol == "email-json":
        return MailErrand(
            to=message.endpoint, subject=_subject_of(message), text=envelopes.whole(message, service.signer)
        )
    if message.kind == CONFIRMATION:
        text = (
            f"You have chosen to subscribe to the topic:\n{message.topic_arn}\n\n"
            f"To confirm this subscription, visit:\n{link}\n\n"
            "If you did not ask for it, there is nothing to do: no message will follow.\n"
        )
    else:
        text = (
            f"Your subscription to the topic below has been deactivated:\n{message.topic_arn}\n\n"
            f"To have it back, visit:\n{link}\n"
        )
    return MailErrand(to=message.endpoint, subject=_subject_of(message), text=text)


def _subject_of(message: Notification) -> str:
    what = "Subscription Confirmation" if message.kind == CONFIRMATION else "Unsubscribe Confirmation"
    return f"AWS Notification - {what}"


def notification(service: "Sns", subscription: Subscription, message: Notification, policy: Effective) -> Errand | str:
    """A published message on its way to one subscription, or why there is none."""
    protocol = subscription.protocol
    if protocol in HTTP:
        return _to_http(service, subscription, message, policy)
    if protocol == "lambda":
        event = envelopes.record_of(message, service.signer, subscription.arn)
        payload = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        return FunctionErrand(function_arn=subscription.endpoint, payload=payload, is_async=True)
    if protocol in ("email", "email-json"):
        return _to_mail(service, subscription, message)
    if protocol == "sms":
        topic = subscription.topic
        words = message.body_for("sms")
        return sms.errand(service, topic.account, topic.region, subscription.endpoint, words, message.attributes)
    return direct.push(service, subscription.endpoint, message)


def _to_http(service: "Sns", subscription: Subscription, message: Notification, policy: Effective) -> HttpErrand:
    is_raw = subscription.settings.is_raw
    text = message.body_for(subscription.protocol)
    body = text if is_raw else _envelope(service, subscription, message)
    return _http(message, subscription.endpoint, subscription.arn, policy.content_type, body.encode(), is_raw=is_raw)


def _envelope(service: "Sns", subscription: Subscription, message: Notification) -> str:
    start = envelopes.beginning(message, message.body_for(subscription.protocol), service.signer)
    return service.signer.finish(start + envelopes.link(message.origin, subscription.arn) + envelopes.rest(message))


def _http(
    message: Notification, url: str, subscription_arn: str, content_type: str, body: bytes, *, is_raw: bool = False
) -> HttpErrand:
    headers = [
        ("x-amz-sns-message-type", message.kind),
        ("x-amz-sns-message-id", message.message_id),
        ("x-amz-sns-topic-arn", message.topic_arn),
    ]
    if message.kind != CONFIRMATION:
        headers.append(("x-amz-sns-subscription-arn", subscription_arn))
    if is_raw:
        headers.append(("x-amz-sns-rawdelivery", "true"))
    headers += [("Content-Type", content_type), ("User-Agent", USER_AGENT), ("Accept-Encoding", "identity")]
    return HttpErrand(url=url, headers=headers, body=body)


def _to_mail(service: "Sns", subscription: Subscription, message: Notification) -> MailErrand:
    link = envelopes.unsubscribe_url(message.origin, subscription.arn)
    if subscription.protocol == "email-json":
        text = _envelope(service, subscription, message)
    else:
        text = f"{message.body_for('email')}\n\n--\nTo unsubscribe from the topic {message.topic_arn}, visit:\n{link}\n"
    name = " ".join(subscription.topic.attributes.get("DisplayName", "").split())  # a mail's sender stands on one line
    return MailErrand(
        to=subscription.endpoint,
        subject=message.subject or "AWS Notification Message",
        text=text,
        sender_name=name,
        headers=[("List-Unsubscribe", f"<{link}>")],
    )


def is_delivered(protocol: str, result: Outcome) -> bool:
    """Whether the far end took the message."""
    if result.status is None:
        return False
    if protocol in HTTP or protocol == "application":
        return result.status in _HTTP_OK
    return not result.error


def is_hopeless(protocol: str, result: Outcome) -> bool:
    """Whether trying again can't help. Of HTTP's answers, SNS tries 4xx again never, but for 429 and 408."""
    if result.is_permanent:
        return True
    status = result.status
    return protocol in HTTP and status is not None and 300 <= status < _FAULT and status not in _TRANSIENT
