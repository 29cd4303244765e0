"""STS: which account and identity an access key stands for.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
"""

from collections.abc import Mapping

from weirmq.engine.service import Call, Operation
from weirmq.iam import authorize
from weirmq.services.sts import errors
from weirmq.services.sts.service import Sts
from weirmq.wire.aws.types.sts import (
    GetAccessKeyInfoRequest,
    GetAccessKeyInfoResponse,
    GetCallerIdentityRequest,
    GetCallerIdentityResponse,
)


def get_caller_identity(_service: Sts, call: Call, _request: GetCallerIdentityRequest) -> GetCallerIdentityResponse:
    """Who the caller is. Needs no permission, and no policy can deny it."""
    caller = call.caller
    return GetCallerIdentityResponse(UserId=caller.user_id, Account=caller.account, Arn=caller.arn)


def get_access_key_info(service: Sts, call: Call, request: GetAccessKeyInfoRequest) -> GetAccessKeyInfoResponse:
    """The account of an access key. Raises AccessDenied, ValidationError for a key that isn't known."""
    authorize(call, "sts:GetAccessKeyInfo", "*")
    account = service.account_of(request.AccessKeyId)
    if account is None:
        raise errors.unknown_access_key(request.AccessKeyId)
    return GetAccessKeyInfoResponse(Account=account)


def _missing(operation: str) -> Operation:
    def refuse(_service: Sts, _call: Call, _request: object) -> None:
        raise errors.no_temporary_credentials(operation)

    return refuse


_MISSING = (
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "DecodeAuthorizationMessage",
    "GetDelegatedAccessToken",
    "GetFederationToken",
    "GetSessionToken",
    "GetWebIdentityToken",
)

OPERATIONS: Mapping[str, Operation] = {
    "GetCallerIdentity": get_caller_identity,
    "GetAccessKeyInfo": get_access_key_info,
    **{operation: _missing(operation) for operation in _MISSING},
}
