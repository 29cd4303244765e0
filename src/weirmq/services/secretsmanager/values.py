"""PutSecretValue, GetSecretValue, UpdateSecretVersionStage: the versions of a secret.

Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
"""

from collections.abc import Sequence

from weirmq.engine.service import Call
from weirmq.kernel.ids import uuid4
from weirmq.services.secretsmanager import errors, facts
from weirmq.services.secretsmanager.limits import ACCESS_MS, STAGES, VALUE_BYTES, VERSIONS
from weirmq.services.secretsmanager.model import CURRENT, Secret, Value, Version
from weirmq.services.secretsmanager.service import Secrets
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.secretsmanager import (
    GetSecretValueRequest,
    GetSecretValueResponse,
    PutSecretValueRequest,
    PutSecretValueResponse,
    UpdateSecretVersionStageRequest,
    UpdateSecretVersionStageResponse,
)


def value_of(text: str | None, data: bytes | None) -> Value | None:
    """The value that a request has, if any. Raises InvalidParameter."""
    if text is not None and data is not None:
        raise errors.parameter(
            "You can't specify both a binary secret value and a string secret value in the same secret."
        )
    if text is None and data is None:
        return None
    if len(text.encode() if text is not None else data or b"") > VALUE_BYTES:
        raise errors.parameter(f"A secret value has at most {VALUE_BYTES} bytes.")
    return Value(text, data)


def put(
    service: Secrets, now_ms: int, secret: Secret, token: str | None, value: Value, stages: Sequence[str] = (CURRENT,)
) -> Version:
    """Give a secret a version; the same one again where the token is one that was used, for the same value.

    Raises ResourceExists, LimitExceeded.
    """
    version_id = token or uuid4(service.entropy)
    known = secret.versions.get(version_id)
    if known is not None:
        if known.value != value:
            raise errors.exists(
                f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret"
                f" {secret.arn}."
            )
        return known
    if len(secret.versions) >= VERSIONS and all(each.stages for each in secret.versions.values()):
        raise errors.limit(f"A secret has at most {VERSIONS} versions.")
    labels = list(dict.fromkeys([*stages, *([] if secret.versions else [CURRENT])]))  # the first is current anyway
    service.commit(now_ms, facts.VersionPut(secret.arn, version_id, value, labels))
    if CURRENT in labels:
        service.on_changed(secret.arn, now_ms)
    return secret.versions[version_id]


def put_secret_value(service: Secrets, call: Call, request: PutSecretValueRequest) -> PutSecretValueResponse:
    """A new version. Raises InvalidParameter, InvalidRequest, ResourceExists, ResourceNotFound, LimitExceeded."""
    secret = service.find_kept(call, request.SecretId, "PutSecretValue")
    if request.RotationToken is not None:
        raise errors.missing("RotationToken")
    value = value_of(request.SecretString, request.SecretBinary)
    if value is None:
        raise errors.request("You must provide either SecretString or SecretBinary.")
    version = put(service, call.now_ms, secret, request.ClientRequestToken, value, request.VersionStages or (CURRENT,))
    return PutSecretValueResponse(
        ARN=secret.arn, Name=secret.name, VersionId=version.id, VersionStages=list(version.stages)
    )


def get_secret_value(service: Secrets, call: Call, request: GetSecretValueRequest) -> GetSecretValueResponse:
    """A version's value: that of AWSCURRENT, or of another label or id. Raises ResourceNotFound, InvalidRequest."""
    stage = request.VersionStage or (CURRENT if request.VersionId is None else "")
    keys = {"secretsmanager:versionid": request.VersionId or "", "secretsmanager:versionstage": stage}
    secret = service.find_kept(
        call, request.SecretId, "GetSecretValue", {key: value for key, value in keys.items() if value}
    )
    version = _chosen(secret, request.VersionId, stage)
    if version.accessed_ms // ACCESS_MS != call.now_ms // ACCESS_MS:
        service.commit(call.now_ms, facts.SecretAccessed(secret.arn, version.id), urgent=False)
    return GetSecretValueResponse(
        ARN=secret.arn,
        Name=secret.name,
        VersionId=version.id,
        SecretString=version.value.text,
        SecretBinary=version.value.data,
        VersionStages=list(version.stages),
        CreatedDate=Timestamp(version.created_ms),
    )


def _chosen(secret: Secret, version_id: str | None, stage: str) -> Version:
    if version_id is None:
        found = secret.staged(stage)
        if found is None:
            raise errors.no_such_version("staging label", stage)
        return found
    found = secret.versions.get(version_id)
    if found is None:
        raise errors.no_such_version("VersionId", version_id)
    if stage and stage not in found.stages:
        raise errors.request("You provided a VersionStage that is not associated to the provided VersionId.")
    return found


def update_secret_version_stage(
    service: Secrets, call: Call, request: UpdateSecretVersionStageRequest
) -> UpdateSecretVersionStageResponse:
    """Move a staging label. Raises ResourceNotFound, InvalidParameter, InvalidRequest, LimitExceeded."""
    secret = service.find_kept(call, request.SecretId, "UpdateSecretVersionStage")
    stage, to_id = request.VersionStage, request.MoveToVersionId or ""
    _check_move(secret, stage, request.RemoveFromVersionId or "", to_id)
    holder = secret.staged(stage)
    if holder is None or holder.id != to_id:
        service.commit(call.now_ms, facts.StageMoved(secret.arn, stage, request.RemoveFromVersionId or "", to_id))
        if stage == CURRENT:
            service.on_changed(secret.arn, call.now_ms)
    return UpdateSecretVersionStageResponse(ARN=secret.arn, Name=secret.name)


def _check_move(secret: Secret, stage: str, from_id: str, to_id: str) -> None:
    for each in filter(None, (from_id, to_id)):
        if each not in secret.versions:
            raise errors.no_such_version("VersionId", each)
    if not from_id and not to_id:
        raise errors.parameter("You must specify RemoveFromVersionId, MoveToVersionId, or both.")
    holder = secret.staged(stage)
    if from_id and (holder is None or holder.id != from_id):
        raise errors.parameter(f"Staging label {stage} is not attached to version {from_id}.")
    if stage == CURRENT and not to_id:
        raise errors.parameter(
            f"You can only move staging label {CURRENT} to a different secret version. It can't be completely removed."
        )
    if holder is not None and not from_id and holder.id != to_id:
        raise errors.parameter(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version "
            f"{holder.id}, so you must explicitly reference that version in RemoveFromVersionId."
        )
    if to_id and stage not in secret.versions[to_id].stages and len(secret.versions[to_id].stages) >= STAGES:
        raise errors.limit(f"A version has at most {STAGES} staging labels.")
