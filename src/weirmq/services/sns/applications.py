"""Platform applications: what an account sends to mobile devices through.

Source: https://docs.aws.amazon.com/sns/latest/dg/mobile-push-send-register.html
"""

import re
from collections.abc import Mapping
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import errors, facts, listing, platforms
from weirmq.services.sns.devices import Application
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

NAME_LETTERS: Final = 256
ATTRIBUTE_BYTES: Final = 16_384  # our own: certificates and keys fit in

EVENTS: Final = ("EventEndpointCreated", "EventEndpointDeleted", "EventEndpointUpdated", "EventDeliveryFailure")
_ROLES: Final = ("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn")
_SAMPLE_RATE: Final = "SuccessFeedbackSampleRate"
_ATTRIBUTES: Final = frozenset(
    {*platforms.SECRETS, platforms.TEAM, platforms.BUNDLE, *EVENTS, *_ROLES, _SAMPLE_RATE, "Enabled"}
)
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_ROLE: Final = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}")
_PERCENT: Final = re.compile(r"[0-9]{1,2}|100")


def feedback(application: Application) -> int | None:
    """How many in a hundred of the successes are to be logged; None where none are wanted."""
    attributes = application.attributes
    return int(attributes.get(_SAMPLE_RATE, "100")) if attributes.get(_ROLES[0]) else None


def create_platform_application(
    service: Sns, call: Call, request: types.CreatePlatformApplicationInput
) -> types.CreatePlatformApplicationResponse:
    """A new application, or the one that is there already with the same attributes. Raises InvalidParameter."""
    platform, given = request.Platform, _kept(request.Attributes)
    own_arn = arn.build("sns", call.region, call.caller.account, f"app/{platform}/{request.Name}")
    authorize(call, "sns:CreatePlatformApplication", own_arn)
    _check_name(request.Name)
    platforms.check_platform(platform)
    _check(request.Attributes)
    platforms.check_credentials(platform, given)
    known = service.machine.devices.applications.get(own_arn)
    if known is None:
        service.commit([facts.ApplicationCreated(own_arn, given)], call.now_ms)
    elif known.attributes != given:
        raise errors.bad_parameter(
            "Attributes", "An application with the same name but different properties already exists"
        )
    return types.CreatePlatformApplicationResponse(PlatformApplicationArn=own_arn)


def get_platform_application_attributes(
    service: Sns, call: Call, request: types.GetPlatformApplicationAttributesInput
) -> types.GetPlatformApplicationAttributesResponse:
    """All attributes but the credentials. Raises InvalidParameter, NotFound."""
    application = find(service, call, request.PlatformApplicationArn, "sns:GetPlatformApplicationAttributes")
    return types.GetPlatformApplicationAttributesResponse(Attributes=_shown(application))


def set_platform_application_attributes(
    service: Sns, call: Call, request: types.SetPlatformApplicationAttributesInput
) -> None:
    """Change attributes; an empty value takes one away. Raises InvalidParameter, NotFound."""
    application = find(service, call, request.PlatformApplicationArn, "sns:SetPlatformApplicationAttributes")
    _check(request.Attributes)
    platforms.check_pair(application.platform, request.Attributes)
    after = _kept({**application.attributes, **request.Attributes})
    platforms.check_credentials(application.platform, after)
    service.commit([facts.ApplicationAttributesSet(application.arn, after)], call.now_ms)


def list_platform_applications(
    service: Sns, call: Call, request: types.ListPlatformApplicationsInput
) -> types.ListPlatformApplicationsResponse:
    """The caller's applications in the region, the oldest first. Raises InvalidParameter."""
    authorize(call, "sns:ListPlatformApplications", "*")
    own = service.machine.devices.of(call.caller.account, call.region)
    found = listing.page(own, request.NextToken)
    applications = [
        types.PlatformApplication(PlatformApplicationArn=own[number].arn, Attributes=_shown(own[number]))
        for number in found.numbers
    ]
    return types.ListPlatformApplicationsResponse(PlatformApplications=applications, NextToken=found.next_token)


def delete_platform_application(service: Sns, call: Call, request: types.DeletePlatformApplicationInput) -> None:
    """Delete an application with its endpoints. One that is gone already is not missed. Raises InvalidParameter."""
    check_arn(call, "PlatformApplicationArn", request.PlatformApplicationArn, "app")
    authorize(call, "sns:DeletePlatformApplication", request.PlatformApplicationArn)
    if request.PlatformApplicationArn in service.machine.devices.applications:
        service.commit([facts.ApplicationDeleted(request.PlatformApplicationArn)], call.now_ms)


def find(service: Sns, call: Call, application_arn: str, action: str) -> Application:
    """The application of an ARN. Raises InvalidParameter, NotFound, AuthorizationError."""
    check_arn(call, "PlatformApplicationArn", application_arn, "app")
    authorize(call, action, application_arn)
    application = service.machine.devices.applications.get(application_arn)
    if application is None:
        raise errors.not_found("PlatformApplication")
    return application


_PARTS: Final = {"app": 3, "endpoint": 4}  # app/platform/name, endpoint/platform/application/id


def check_arn(call: Call, parameter: str, text: str, kind: str) -> None:
    """Raises InvalidParameter for what can't be the ARN of an `app` or an `endpoint` in the call's region."""
    try:
        parsed = arn.parse(text)
    except ValueError:
        raise errors.bad_arn(parameter, text) from None
    if parsed.service != "sns" or parsed.region != call.region:
        raise errors.bad_parameter(parameter)
    parts = parsed.resource.split("/")
    if len(parts) != _PARTS[kind]:
        raise errors.bad_parameter(parameter, "Wrong number of slashes in relative portion of the ARN.")
    if parts[0] != kind:
        raise errors.bad_parameter(parameter, f"Relative portion of the ARN must start with {kind}.")


def _check_name(name: str) -> None:
    if not name:
        raise errors.bad_parameter("", "cannot be empty")
    if len(name) > NAME_LETTERS:
        raise errors.bad_parameter(name, f"must be at most {NAME_LETTERS} characters long")
    if not _NAME.fullmatch(name):
        raise errors.bad_parameter(name, "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'")


def _check(given: Mapping[str, str]) -> None:
    """Names and values one by one."""
    for name, value in given.items():
        if name not in _ATTRIBUTES:
            raise errors.bad_parameter("Attributes", f"Invalid attribute name: {name}")
        if len(value.encode()) > ATTRIBUTE_BYTES:
            raise bad_value(name, f"must be at most {ATTRIBUTE_BYTES} bytes long in UTF-8 encoding")
        if name == "Enabled":
            check_flag(name, value)
        elif value and name in EVENTS:
            _check_topic(name, value)
        elif value and name in _ROLES and not _ROLE.fullmatch(value):
            raise bad_value(name, "must be the ARN of a role")
        elif value and name == _SAMPLE_RATE and not _PERCENT.fullmatch(value):
            raise bad_value(name, "must be an integer from 0 to 100")


def _check_topic(name: str, value: str) -> None:
    try:
        parsed = arn.parse(value)
    except ValueError:
        raise bad_value(name, "must be the ARN of a topic") from None
    if parsed.service != "sns" or "/" in parsed.resource or ":" in parsed.resource:
        raise bad_value(name, "must be the ARN of a topic")


def check_flag(name: str, value: str) -> None:
    """Raises InvalidParameter for what is neither true nor false."""
    if value.lower() not in ("true", "false"):
        raise bad_value(name, "must be true or false")


def bad_value(name: str, reason: str) -> ServiceError:
    """An attribute that can't be so."""
    return errors.bad_parameter("Attributes", f"Invalid value for attribute: {name}: {reason}")


def _kept(given: Mapping[str, str]) -> dict[str, str]:
    """Attributes as they are kept: without the empty ones, and the defaults left out, so that equal ones compare so."""
    kept = {name: value for name, value in given.items() if value}
    if kept.get("Enabled", "true").lower() == "true":
        kept.pop("Enabled", None)
    else:
        kept["Enabled"] = "false"
    return kept


def _shown(application: Application) -> dict[str, str]:
    """Attributes as operations answer with them."""
    attributes = application.attributes
    shown = {"Enabled": "true", **{name: value for name, value in attributes.items() if name not in platforms.SECRETS}}
    if method := platforms.authentication_method(application.platform, attributes):
        shown["AuthenticationMethod"] = method
    if ends := platforms.certificate_ends(attributes):
        shown["AppleCertificateExpirationDate"] = ends
    return shown
