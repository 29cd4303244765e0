"""Endpoints: one device of a platform application each, and what is sent to them.

Source: https://docs.aws.amazon.com/sns/latest/dg/mobile-platform-endpoint.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from weirmq.engine.errands import Outcome, PushErrand
from weirmq.engine.handover import Value
from weirmq.engine.machine import Fact, Machine
from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel.ids import uuid4
from weirmq.services.sns import errors, facts, listing, platforms
from weirmq.services.sns.applications import bad_value, check_arn, check_flag, find
from weirmq.services.sns.devices import Application, Endpoint
from weirmq.services.sns.envelopes import timestamp
from weirmq.services.sns.push_payloads import MOBILE, with_token
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

USER_DATA_BYTES: Final = 2_048
TOKEN_BYTES: Final = 4_096  # our own; the longest known tokens, those of WNS, are URLs of up to 1,024
_ATTRIBUTES: Final = frozenset({"CustomUserData", "Enabled", "Token"})


def create_platform_endpoint(
    service: Sns, call: Call, request: types.CreatePlatformEndpointInput
) -> types.CreateEndpointResponse:
    """A new endpoint, or the one that has this token already, if it has the attributes given.

    Raises InvalidParameter, NotFound.
    """
    application = find(service, call, request.PlatformApplicationArn, "sns:CreatePlatformEndpoint")
    given = _given(request)
    token = given.get("Token", request.Token)
    _check_token(application, token)
    known = application.by_token.get(token)
    if known is None:
        known_arn = f"{application.arn.replace(':app/', ':endpoint/', 1)}/{uuid4(service.entropy)}"
        attributes = {"Enabled": "true", **given, "Token": token}
        created = facts.EndpointCreated(known_arn, application.arn, attributes)
        also = event(service, application, "EventEndpointCreated", known_arn, call.now_ms)
        service.commit([created], call.now_ms, also=also)
        return types.CreateEndpointResponse(EndpointArn=known_arn)
    wanted = {"CustomUserData": "", "Enabled": known.attributes["Enabled"], **given}
    if wanted["CustomUserData"] != known.attributes.get("CustomUserData", "") or (
        wanted["Enabled"] != known.attributes["Enabled"]
    ):
        raise _token_taken(known)
    return types.CreateEndpointResponse(EndpointArn=known.arn)


def _given(request: types.CreatePlatformEndpointInput) -> dict[str, str]:
    given = checked(request.Attributes or {})
    if request.CustomUserData is not None:
        if len(request.CustomUserData.encode()) > USER_DATA_BYTES:
            raise errors.bad_parameter(
                "CustomUserData", f"must be at most {USER_DATA_BYTES} bytes long in UTF-8 encoding"
            )
        given.setdefault("CustomUserData", request.CustomUserData)
    return given


def get_endpoint_attributes(
    service: Sns, call: Call, request: types.GetEndpointAttributesInput
) -> types.GetEndpointAttributesResponse:
    """All attributes. Raises InvalidParameter, NotFound."""
    endpoint = _find(service, call, request.EndpointArn, "sns:GetEndpointAttributes")
    return types.GetEndpointAttributesResponse(Attributes=endpoint.attributes)


def set_endpoint_attributes(service: Sns, call: Call, request: types.SetEndpointAttributesInput) -> None:
    """Change attributes. Raises InvalidParameter, NotFound."""
    endpoint = _find(service, call, request.EndpointArn, "sns:SetEndpointAttributes")
    given = checked(request.Attributes)
    if "Token" in given:
        _check_token(endpoint.application, given["Token"])
        other = endpoint.application.by_token.get(given["Token"])
        if other is not None and other is not endpoint:
            raise _token_taken(other)
    after = {**endpoint.attributes, **given}
    if after != endpoint.attributes:
        also = event(service, endpoint.application, "EventEndpointUpdated", endpoint.arn, call.now_ms)
        service.commit([facts.EndpointAttributesSet(endpoint.arn, after)], call.now_ms, also=also)


def list_endpoints_by_platform_application(
    service: Sns, call: Call, request: types.ListEndpointsByPlatformApplicationInput
) -> types.ListEndpointsByPlatformApplicationResponse:
    """An application's endpoints, the oldest first. Raises InvalidParameter, NotFound."""
    own = find(service, call, request.PlatformApplicationArn, "sns:ListEndpointsByPlatformApplication").endpoints
    found = listing.page(own, request.NextToken)
    return types.ListEndpointsByPlatformApplicationResponse(
        Endpoints=[
            types.Endpoint(EndpointArn=own[number].arn, Attributes=own[number].attributes) for number in found.numbers
        ],
        NextToken=found.next_token,
    )


def delete_endpoint(service: Sns, call: Call, request: types.DeleteEndpointInput) -> None:
    """Delete an endpoint; its subscriptions stay. One that is gone already is not missed. Raises InvalidParameter."""
    check_arn(call, "EndpointArn", request.EndpointArn, "endpoint")
    authorize(call, "sns:DeleteEndpoint", request.EndpointArn)
    endpoint = service.machine.devices.endpoints.get(request.EndpointArn)
    if endpoint is not None:
        also = event(service, endpoint.application, "EventEndpointDeleted", endpoint.arn, call.now_ms)
        service.commit([facts.EndpointDeleted(endpoint.arn)], call.now_ms, also=also)


def _find(service: Sns, call: Call, endpoint_arn: str, action: str) -> Endpoint:
    check_arn(call, "EndpointArn", endpoint_arn, "endpoint")
    authorize(call, action, endpoint_arn)
    endpoint = service.machine.devices.endpoints.get(endpoint_arn)
    if endpoint is None:
        raise errors.not_found("Endpoint")
    return endpoint


def checked(given: Mapping[str, str]) -> dict[str, str]:
    """Attributes as they are kept. Raises InvalidParameter."""
    kept = dict(given)
    for name, value in given.items():
        if name not in _ATTRIBUTES:
            raise errors.bad_parameter("Attributes", f"Invalid attribute name: {name}")
        if name == "CustomUserData" and len(value.encode()) > USER_DATA_BYTES:
            raise bad_value(name, f"must be at most {USER_DATA_BYTES} bytes long in UTF-8 encoding")
        if name == "Enabled":
            check_flag(name, value)
            kept[name] = value.lower()
    return kept


def _check_token(application: Application, token: str) -> None:
    if len(token.encode()) > TOKEN_BYTES:
        raise errors.bad_parameter("Token", f"must be at most {TOKEN_BYTES} bytes long in UTF-8 encoding")
    platforms.check_device_token(application.platform, token)


def _token_taken(known: Endpoint) -> Exception:
    return errors.bad_parameter(
        "Token", f"Endpoint {known.arn} already exists with the same Token, but different attributes."
    )


# What Publish, Subscribe and deliveries ask


def subscribable(service: Sns, call: Call, endpoint_arn: str) -> Endpoint:
    """The endpoint that a subscription names: one of the caller's account. Raises InvalidParameter."""
    endpoint = service.machine.devices.endpoints.get(endpoint_arn)
    if endpoint is None or endpoint.application.account != call.caller.account:
        raise errors.bad_parameter("Endpoint", f"Endpoint does not exist for endpoint {endpoint_arn}")
    return endpoint


def publishable(service: Sns, call: Call, target_arn: str) -> Endpoint:
    """The endpoint that a publish names as its target.

    Raises InvalidParameter, EndpointDisabled, PlatformApplicationDisabled, AuthorizationError.
    """
    check_arn(call, "TargetArn", target_arn, "endpoint")
    authorize(call, "sns:Publish", target_arn)
    endpoint = service.machine.devices.endpoints.get(target_arn)
    if endpoint is None:
        raise errors.bad_parameter("TargetArn", "No endpoint found for the target arn specified")
    if not endpoint.application.is_enabled:
        raise errors.platform_application_disabled()
    if not endpoint.is_enabled:
        raise errors.endpoint_disabled()
    return endpoint


def errand(endpoint: Endpoint, payload: bytes, attributes: Mapping[str, Value]) -> PushErrand | str:
    """What goes out to the device, or why nothing does."""
    application = endpoint.application
    if not application.is_enabled:
        return "Platform application is disabled"
    if not endpoint.is_enabled:
        return "Endpoint is disabled"
    further = {name: value for name, value in application.attributes.items() if name not in platforms.SECRETS}
    for name, value in attributes.items():
        if name.startswith(MOBILE) and value.string is not None:
            further[name] = value.string
    return PushErrand(
        application_arn=application.arn,
        platform=application.platform,
        token=endpoint.token,
        payload=with_token(application.platform, payload, endpoint.token),
        principal=application.attributes.get(platforms.PRINCIPAL, ""),
        credential=application.attributes.get(platforms.CREDENTIAL, ""),
        attributes=further,
    )


class Feedback(NamedTuple):
    """What a platform's answer means: facts to be committed, whether trying again can help, and the reason in words."""

    facts: Sequence[Fact]
    is_permanent: bool
    reason: str


# What platforms say of a token that is no more, or never was theirs:
# https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
# https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
# https://developer.amazon.com/docs/adm/send-message.html, and the manuals of WNS (404, 410) and MPNS (404)
_GONE: Final = frozenset(
    {
        "Unregistered",
        "BadDeviceToken",
        "DeviceTokenNotForTopic",
        "ExpiredToken",
        "UNREGISTERED",
        "SENDER_ID_MISMATCH",
        "InvalidRegistrationId",
        "NotRegistered",
    }
)
_TRY_AGAIN: Final = frozenset({401, 408, 429})  # 401: our access token, which is renewed
_RENEWED: Final = "ExpiredProviderToken"  # Apple's word for the same, with 403
_GONE_STATUS: Final = frozenset({404, 410})


def feedback(service: Sns, endpoint_arn: str, outcome: Outcome) -> Feedback:
    """What becomes of an endpoint after a push that failed: it is disabled when its platform doesn't know the token."""
    reason = _reason_of(outcome)
    endpoint = service.machine.devices.endpoints.get(endpoint_arn)
    status = outcome.status
    if _is_gone(endpoint, status, reason):
        if endpoint is None or not endpoint.is_enabled:
            return Feedback((), True, reason)
        disabled = facts.EndpointAttributesSet(endpoint_arn, {**endpoint.attributes, "Enabled": "false"})
        return Feedback((disabled,), True, reason)
    is_refused = status is not None and 400 <= status < 500 and status not in _TRY_AGAIN and reason != _RENEWED
    return Feedback((), outcome.is_permanent or is_refused, reason)


def _is_gone(endpoint: Endpoint | None, status: int | None, reason: str) -> bool:
    if reason in _GONE:
        return True
    if status not in _GONE_STATUS or endpoint is None:
        return False
    # A 404 of Google's without this reason, or of Apple's, is about the address, not about the device.
    return status == 410 or endpoint.application.platform in (platforms.WNS, platforms.MPNS)


def _reason_of(outcome: Outcome) -> str:
    """Why a push failed, in the platform's own word where there is one."""
    try:
        said = msgspec.json.decode(outcome.body)
    except (msgspec.DecodeError, RecursionError):
        said = None
    match said:
        case {"reason": str(word)}:
            return word
        case {"error": {"details": [*details]}} if (word := _code_of(details)) != "":
            return word
        case {"error": {"status": str(word)}}:
            return word
    return outcome.error or ("no answer" if outcome.status is None else f"status {outcome.status}")


def _code_of(details: Sequence[object]) -> str:
    """The errorCode among the details of an answer of Google's."""
    for detail in details:
        match detail:
            case {"errorCode": str(code)}:
                return code
    return ""


# Application events


def event(
    service: Sns, application: Application, name: str, endpoint_arn: str, now_ms: int
) -> Sequence[tuple[Machine, Sequence[Fact]]]:
    """What to commit so that the topic that an application names for the event hears of it.

    Source: https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html
    """
    from weirmq.services.sns.publishing import announce  # which itself asks this module

    topic_arn = application.attributes.get(name)
    if not topic_arn:
        return ()
    message = {
        "EndpointArn": endpoint_arn,
        "EventType": name.removeprefix("Event"),
        "Resource": application.arn,
        "Service": "SNS",
        "Time": timestamp(now_ms),
    }
    return announce(service, topic_arn, None, json.dumps(message, separators=(",", ":")), now_ms)


def failure_event(
    service: Sns, endpoint_arn: str, message_id: str, reason: str, attempts: int, now_ms: int
) -> tuple[str, str] | None:
    """The topic that an application names for deliveries that failed for good, and the message to it."""
    endpoint = service.machine.devices.endpoints.get(endpoint_arn)
    topic_arn = "" if endpoint is None else endpoint.application.attributes.get("EventDeliveryFailure", "")
    if endpoint is None or not topic_arn:
        return None
    gone = reason in _GONE
    message = {
        "DeliveryAttempts": attempts,
        "EndpointArn": endpoint_arn,
        "EventType": "DeliveryFailure",
        "FailureMessage": "Platform token associated with the endpoint is not valid" if gone else reason,
        "FailureType": "InvalidPlatformToken" if gone else "DeliveryFailed",
        "MessageId": message_id,
        "Resource": endpoint.application.arn,
        "Service": "SNS",
        "Time": timestamp(now_ms),
    }
    return topic_arn, json.dumps(message, separators=(",", ":"))
