"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy: who else may do what with a secret.

Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
"""

from weirmq.engine.service import Call
from weirmq.iam.errors import PolicyError
from weirmq.iam.policy import Kind, Policy, parse
from weirmq.services.secretsmanager import errors, facts
from weirmq.services.secretsmanager.service import Secrets
from weirmq.wire.aws.types.secretsmanager import (
    DeleteResourcePolicyRequest,
    DeleteResourcePolicyResponse,
    GetResourcePolicyRequest,
    GetResourcePolicyResponse,
    PutResourcePolicyRequest,
    PutResourcePolicyResponse,
)


def put_resource_policy(service: Secrets, call: Call, request: PutResourcePolicyRequest) -> PutResourcePolicyResponse:
    """Set the policy of a secret. Raises ResourceNotFound, MalformedPolicyDocument, PublicPolicy, InvalidRequest."""
    secret = service.find_kept(call, request.SecretId, "PutResourcePolicy")
    _refuse_name(request.PolicyName)
    try:
        policy = parse(request.ResourcePolicy, Kind.RESOURCE)
    except PolicyError as error:
        raise errors.malformed_policy(str(error)) from None
    if request.BlockPublicPolicy and _is_public(policy):
        raise errors.public_policy()
    service.commit(call.now_ms, facts.PolicySet(secret.arn, request.ResourcePolicy))
    return PutResourcePolicyResponse(ARN=secret.arn, Name=secret.name)


def _is_public(policy: Policy) -> bool:
    """Whether anybody at all is let in, on no condition."""
    return any(
        each.allows and each.principals is not None and each.principals.anyone and not each.conditions
        for each in policy.statements
    )


def get_resource_policy(service: Secrets, call: Call, request: GetResourcePolicyRequest) -> GetResourcePolicyResponse:
    """The policy of a secret, if it has one. Raises ResourceNotFound, InvalidRequest."""
    secret = service.find_kept(call, request.SecretId, "GetResourcePolicy")
    _refuse_name(request.PolicyName)
    return GetResourcePolicyResponse(ARN=secret.arn, Name=secret.name, ResourcePolicy=secret.policy_text or None)


def delete_resource_policy(
    service: Secrets, call: Call, request: DeleteResourcePolicyRequest
) -> DeleteResourcePolicyResponse:
    """Take the policy away. Raises ResourceNotFound, InvalidRequest."""
    secret = service.find_kept(call, request.SecretId, "DeleteResourcePolicy")
    _refuse_name(request.PolicyName)
    if secret.policy_text:
        service.commit(call.now_ms, facts.PolicySet(secret.arn, ""))
    return DeleteResourcePolicyResponse(ARN=secret.arn, Name=secret.name)


def _refuse_name(name: str | None) -> None:
    if name is not None:
        raise errors.missing("PolicyName")
