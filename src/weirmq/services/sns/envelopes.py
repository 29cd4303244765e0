"""The JSON that endpoints read: a few lines, in AWS's order and with AWS's spaces.

    {
      "Type" : "Notification",
      "MessageId" : "...",
      "SequenceNumber" : "...",               FIFO topics
      "TopicArn" : "...",
      "Subject" : "...",                      if there is one
      "Message" : "...",
      "Timestamp" : "2026-01-02T03:04:05.678Z",
      "SignatureVersion" : "1",
      "Signature" : "...",
      "SigningCertURL" : "...",
      "UnsubscribeURL" : "...",               here the ending starts: it differs from subscription to subscription
      "MessageAttributes" : {
        "name" : {"Type":"String","Value":"..."}
      }
    }

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final
from urllib.parse import quote

from weirmq.engine.handover import Value
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.sns.notifications import NOTIFICATION, Notification
from weirmq.services.sns.signatures import Signer, canonical

text: Final = encode_basestring  # what json.dumps(..., ensure_ascii=False) makes of a string, without its detours


@lru_cache(maxsize=64)  # under load, many messages share a millisecond
def timestamp(at_ms: int) -> str:
    """`2026-01-02T03:04:05.678Z`."""
    return f"{_second(at_ms // SECOND_MS)}.{at_ms % SECOND_MS:03}Z"


@lru_cache(maxsize=64)
def _second(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def unsubscribe_url(origin: str, subscription_arn: str) -> str:
    """The link that ends a subscription."""
    return f"{origin}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}"


def subscribe_url(origin: str, topic_arn: str, token: str) -> str:
    """The link that confirms a subscription."""
    return f"{origin}/?Action=ConfirmSubscription&TopicArn={quote(topic_arn, safe=':')}&Token={token}"


def beginning(message: Notification, body: str, signer: Signer) -> str:
    """A notification up to its ending, without a signature: `body` is the Message."""
    sequence = f'  "SequenceNumber" : "{message.sequence_number}",\n' if message.sequence_number else ""
    subject = f'  "Subject" : {text(message.subject)},\n' if message.subject is not None else ""
    return (
        f'{{\n  "Type" : "Notification",\n  "MessageId" : "{message.message_id}",\n{sequence}'
        f'  "TopicArn" : "{message.topic_arn}",\n{subject}  "Message" : {text(body)},\n'
        f'  "Timestamp" : "{timestamp(message.at_ms)}",\n  "SignatureVersion" : "{message.signature_version}",\n'
        f'  "SigningCertURL" : "{signer.certificate_url(message.origin)}",\n'
    )


def link(origin: str, subscription_arn: str) -> str:
    """The first line of the ending, its end left open."""
    return f'  "UnsubscribeURL" : "{unsubscribe_url(origin, subscription_arn)}"'


def rest(message: Notification) -> str:
    """What follows the link: attributes, and the end."""
    replayed = ',\n  "Replayed" : true' if message.is_replayed else ""
    if not message.attributes:
        return f"{replayed}\n}}"
    lines = ",\n".join([f"    {text(name)} : {_attribute(value)}" for name, value in message.attributes.items()])
    return f'{replayed},\n  "MessageAttributes" : {{\n{lines}\n  }}\n}}'


def _attribute(value: Value) -> str:
    return f'{{"Type":{text(value.data_type)},"Value":{text(plain(value))}}}'


def plain(value: Value) -> str:
    """An attribute's value as text; bytes in base64."""
    return value.string if value.string is not None else b64encode(value.binary or b"").decode()


def whole(message: Notification, signer: Signer) -> str:
    """A confirmation or farewell, signed."""
    fields = {
        "Type": message.kind,
        "MessageId": message.message_id,
        "Token": message.token,
        "TopicArn": message.topic_arn,
        "Message": message.message,
        "SubscribeURL": subscribe_url(message.origin, message.topic_arn, message.token),
        "Timestamp": timestamp(message.at_ms),
        "SignatureVersion": message.signature_version,
    }
    fields["Signature"] = signer.sign(canonical(fields), message.signature_version)
    fields["SigningCertURL"] = signer.certificate_url(message.origin)
    lines = ",\n".join([f"  {text(name)} : {text(value)}" for name, value in fields.items()])
    return f"{{\n{lines}\n}}"


def record_of(message: Notification, signer: Signer, subscription_arn: str) -> dict[str, Any]:
    """A Lambda function's event. Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html"""
    fields = {
        "Type": NOTIFICATION,
        "MessageId": message.message_id,
        "TopicArn": message.topic_arn,
        "Subject": message.subject,
        "Message": message.body_for("lambda"),
        "Timestamp": timestamp(message.at_ms),
        "SignatureVersion": message.signature_version,
    }
    signed = canonical({name: value for name, value in fields.items() if value is not None})
    sns: dict[str, Any] = {
        **fields,
        "Signature": signer.sign(signed, message.signature_version),
        "SigningCertUrl": signer.certificate_url(message.origin),
        "UnsubscribeUrl": unsubscribe_url(message.origin, subscription_arn),
        "MessageAttributes": attributes_of(message.attributes),
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": sns,
    }
    return {"Records": [record]}


def attributes_of(attributes: Mapping[str, Value]) -> dict[str, dict[str, str]]:
    """MessageAttributes as functions get them."""
    return {name: {"Type": value.data_type, "Value": plain(value)} for name, value in attributes.items()}
