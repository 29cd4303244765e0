"""CreateSecret, DescribeSecret, UpdateSecret.

Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
"""

import re
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel.clock import DAY_MS
from weirmq.services.secretsmanager import errors, facts, tags
from weirmq.services.secretsmanager.limits import SECRETS
from weirmq.services.secretsmanager.model import Secret, Version, arn_of
from weirmq.services.secretsmanager.service import Secrets
from weirmq.services.secretsmanager.values import put, value_of
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.secretsmanager import (
    CreateSecretRequest,
    CreateSecretResponse,
    DescribeSecretRequest,
    DescribeSecretResponse,
    UpdateSecretRequest,
    UpdateSecretResponse,
)

_NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@-]+")
_NOT_THERE: Final = ("AddReplicaRegions", "ForceOverwriteReplicaSecret", "Type", "CrossAccountPrimaryARN")


def create_secret(service: Secrets, call: Call, request: CreateSecretRequest) -> CreateSecretResponse:
    """A new secret, with a first version if there is a value.

    Raises InvalidParameter, InvalidRequest, ResourceExists, LimitExceeded.
    """
    account, region, name = call.caller.account, call.region, request.Name
    keys = {"secretsmanager:name": name} | {
        f"aws:requesttag/{(each.Key or '').lower()}": each.Value or "" for each in request.Tags or ()
    }
    authorize(call, "secretsmanager:CreateSecret", arn_of(account, region, name), keys=keys)
    for parameter in _NOT_THERE:
        if getattr(request, parameter):
            raise errors.missing(parameter)
    if not _NAME.fullmatch(name):
        raise errors.parameter(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )
    value = value_of(request.SecretString, request.SecretBinary)
    known = service.machine.by_name.get((account, region, name))
    if known is not None:
        return _made(known, _made_before(known, request))
    if sum(1 for each in service.machine.by_name if each[:2] == (account, region)) >= SECRETS:
        raise errors.limit(f"You can't have more than {SECRETS} secrets in an AWS Region.")
    given = tags.check({}, request.Tags or [])
    suffix = service.new_suffix()
    fact = facts.SecretCreated(account, region, name, suffix, request.Description or "", request.KmsKeyId or "", given)
    service.commit(call.now_ms, fact)
    secret = service.machine.by_name[account, region, name]
    return _made(secret, put(service, call.now_ms, secret, request.ClientRequestToken, value) if value else None)


def _made_before(known: Secret, request: CreateSecretRequest) -> Version:
    """The version of a request that comes again. Raises InvalidRequest, ResourceExists where it is another one."""
    if known.deleted_ms:
        raise errors.is_deleted("create this secret because a secret with this name is already scheduled for deletion.")
    version = known.versions.get(request.ClientRequestToken or "")
    if version is None or version.value != value_of(request.SecretString, request.SecretBinary):
        raise errors.exists(f"The operation failed because the secret {known.name} already exists.")
    return version


def _made(secret: Secret, version: Version | None) -> CreateSecretResponse:
    return CreateSecretResponse(ARN=secret.arn, Name=secret.name, VersionId=version.id if version else None)


def describe_secret(service: Secrets, call: Call, request: DescribeSecretRequest) -> DescribeSecretResponse:
    """A secret without its values, also one that is to be gone. Raises ResourceNotFound."""
    secret = service.find(call, request.SecretId, "DescribeSecret")
    return DescribeSecretResponse(
        ARN=secret.arn,
        Name=secret.name,
        Description=secret.description or None,
        KmsKeyId=secret.key_id or None,
        LastChangedDate=Timestamp(secret.changed_ms),
        LastAccessedDate=accessed(secret.accessed_ms),
        DeletedDate=Timestamp(secret.asked_ms) if secret.deleted_ms else None,
        Tags=tags.shown(secret.tags),
        VersionIdsToStages=stages_of(secret),
        CreatedDate=Timestamp(secret.created_ms),
    )


def accessed(at_ms: int) -> Timestamp | None:
    """When something was read: the day."""
    return Timestamp(at_ms - at_ms % DAY_MS) if at_ms else None


def stages_of(secret: Secret) -> dict[str, list[str]] | None:
    """The versions with labels, if there are any."""
    return {each.id: list(each.stages) for each in secret.versions.values() if each.stages} or None


def update_secret(service: Secrets, call: Call, request: UpdateSecretRequest) -> UpdateSecretResponse:
    """Another description, key, or value.

    Raises ResourceNotFound, InvalidParameter, InvalidRequest, ResourceExists, LimitExceeded.
    """
    secret = service.find_kept(call, request.SecretId, "UpdateSecret")
    if request.Type:
        raise errors.missing("Type")
    value = value_of(request.SecretString, request.SecretBinary)
    version = put(service, call.now_ms, secret, request.ClientRequestToken, value) if value is not None else None
    description = secret.description if request.Description is None else request.Description
    key_id = secret.key_id if request.KmsKeyId is None else request.KmsKeyId
    if (description, key_id) != (secret.description, secret.key_id):
        service.commit(call.now_ms, facts.SecretDescribed(secret.arn, description, key_id))
    return UpdateSecretResponse(ARN=secret.arn, Name=secret.name, VersionId=version.id if version else None)
