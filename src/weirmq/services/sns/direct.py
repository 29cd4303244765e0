"""Messages to one device or one phone, without a topic; and what both need where a topic sends to them.

Sources: https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
"""

from collections.abc import Mapping
from typing import Final

from weirmq.engine.errands import Errand, Lane
from weirmq.engine.handover import Value
from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import ids
from weirmq.services.sns import applications, contents, endpoints, errors, fanout, push_payloads, sms, status
from weirmq.services.sns.limits import MAX_MESSAGE_BYTES, SMS_LETTERS
from weirmq.services.sns.notifications import NO_VALUES, NOTIFICATION, Notification
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

_PHONE: Final = "sms:"  # a task's target: sms:region:account:number


def publish(service: Sns, call: Call, request: types.PublishInput) -> str:
    """The id of a message to the TargetArn or PhoneNumber. Raises InvalidParameter, EndpointDisabled, ..."""
    if request.Subject is not None:
        contents.check_subject(request.Subject)
    bodies = contents.bodies_of(request)
    attributes = contents.attributes_of(request.MessageAttributes)
    contents.check_size(request, attributes, MAX_MESSAGE_BYTES)
    message = Notification(
        NOTIFICATION,
        ids.uuid4(service.entropy),
        "",
        bodies["default"] if bodies else request.Message,
        call.now_ms,
        service.origin_of(call),
        subject=request.Subject,
        attributes=attributes,
        bodies=bodies,
    )
    if request.PhoneNumber is not None:
        _to_phone(service, call, request.PhoneNumber, message)
    else:
        _to_device(service, call, request.TargetArn or request.TopicArn or "", message)
    return message.message_id


def _to_phone(service: Sns, call: Call, number: str, message: Notification) -> None:
    authorize(call, "sns:Publish", "*")
    number = sms.check_number(number)
    sms.check_attributes(message.attributes)
    text = message.body_for("sms")
    if len(text) > SMS_LETTERS:
        raise errors.bad_parameter("Message too long")
    account, region = call.caller.account, call.region
    admitted = sms.admit(service, account, region, number, text, message.attributes, call.now_ms)
    if admitted.refusal:
        status.not_sent(service, "sms", number, message.message_id, admitted.refusal)
        return
    service.commit(
        admitted.facts, call.now_ms, also=fanout.posted(service, [_phone_target(account, region, number)], message)
    )


def send_text(
    service: Sns, account: str, region: str, number: str, words: str, now_ms: int,
    attributes: Mapping[str, Value] = NO_VALUES,
) -> fanout.Also:  # fmt: skip
    """What must be committed so that a text message of the service's own goes to a phone."""
    message = Notification(
        NOTIFICATION, ids.uuid4(service.entropy), "", words, now_ms, service.own_origin, attributes=attributes
    )
    return fanout.posted(service, [_phone_target(account, region, number)], message)


def _phone_target(account: str, region: str, number: str) -> str:
    return f"{_PHONE}{region}:{account}:{number}"


def _to_device(service: Sns, call: Call, target_arn: str, message: Notification) -> None:
    endpoint = endpoints.publishable(service, call, target_arn)
    push_payloads.check_attributes(message.attributes)
    push_payloads.payload(endpoint.application.platform, _messages_of(message), message.attributes, is_direct=True)
    service.commit((), call.now_ms, also=fanout.posted(service, [endpoint.arn], message))


def _messages_of(message: Notification) -> Mapping[str, str]:
    """The bodies by protocol and platform, the default one among them."""
    return message.bodies or {"default": message.message}


# What the carrier asks


def lane(target: str) -> Lane:
    """All phones share a gateway; an application's devices share its connection. A subscription that has ended is
    nobody's: its farewell waits for no other.
    """
    return Lane("sms" if target.startswith(_PHONE) else target.rpartition("/")[0] or target)


def protocol_of(target: str) -> str:
    """The protocol by which a target that is no subscription is reached."""
    return "sms" if target.startswith(_PHONE) else "application"


def errand(service: Sns, target: str, message: Notification) -> Errand | str:
    """What goes out to a target that is no subscription, or why nothing does."""
    if target.startswith(_PHONE):
        region, account, number = target.removeprefix(_PHONE).split(":")
        return sms.errand(service, account, region, number, message.body_for("sms"), message.attributes)
    return push(service, target, message)


def feedback(service: Sns, target: str) -> int | None:
    """How many in a hundred of the successes are to be logged; None where nobody wants any."""
    if target.startswith(_PHONE):
        region, account, _ = target.removeprefix(_PHONE).split(":")
        return sms.feedback(service, account, region)
    endpoint = service.machine.devices.endpoints.get(target)
    return None if endpoint is None else applications.feedback(endpoint.application)


def push(service: Sns, endpoint_arn: str, message: Notification) -> Errand | str:
    """What goes out to a device, or why nothing does."""
    endpoint = service.machine.devices.endpoints.get(endpoint_arn)
    if endpoint is None:
        return "Endpoint does not exist"
    try:
        made = push_payloads.payload(endpoint.application.platform, _messages_of(message), message.attributes)
    except push_payloads.Malformed as error:
        return str(error)
    return endpoints.errand(endpoint, made, message.attributes)
