"""DeleteSecret, RestoreSecret.

Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
"""

from weirmq.engine.service import Call
from weirmq.kernel.clock import DAY_MS
from weirmq.kernel.errors import ServiceError
from weirmq.services.secretsmanager import errors, facts
from weirmq.services.secretsmanager.limits import RECOVERY_DAYS
from weirmq.services.secretsmanager.model import arn_of
from weirmq.services.secretsmanager.service import Secrets
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.secretsmanager import (
    DeleteSecretRequest,
    DeleteSecretResponse,
    RestoreSecretRequest,
    RestoreSecretResponse,
)


def delete_secret(service: Secrets, call: Call, request: DeleteSecretRequest) -> DeleteSecretResponse:
    """Let a secret go: in some days, until when it can be restored, or at once.

    Raises ResourceNotFound, but not where it is to go at once; InvalidParameter, InvalidRequest.
    """
    days, at_once = request.RecoveryWindowInDays, bool(request.ForceDeleteWithoutRecovery)
    _check_window(days, at_once=at_once)
    try:
        secret = service.find(call, request.SecretId, "DeleteSecret")
    except ServiceError as error:
        if not at_once or error.code != "ResourceNotFoundException":
            raise
        return _never_there(service, call, request.SecretId)
    if at_once:
        service.commit(call.now_ms, facts.SecretForgotten(secret.arn))
        end_ms = call.now_ms
    elif secret.deleted_ms:
        raise errors.is_deleted("perform this operation on the secret because it was already scheduled for deletion.")
    else:
        end_ms = call.now_ms + (days or RECOVERY_DAYS[1]) * DAY_MS
        service.commit(call.now_ms, facts.DeletionScheduled(secret.arn, end_ms))
    service.on_changed(secret.arn, call.now_ms)
    return DeleteSecretResponse(ARN=secret.arn, Name=secret.name, DeletionDate=Timestamp(end_ms))


def _check_window(days: int | None, *, at_once: bool) -> None:
    low, high = RECOVERY_DAYS
    if days is None:
        return
    if at_once:
        raise errors.parameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
    if not low <= days <= high:
        raise errors.parameter(f"The RecoveryWindowInDays value must be between {low} and {high} days (inclusive).")


def _never_there(service: Secrets, call: Call, secret_id: str) -> DeleteSecretResponse:
    """What AWS answers where there was nothing to delete at once."""
    arn = secret_id
    if not secret_id.startswith("arn:"):
        arn = arn_of(call.caller.account, call.region, f"{secret_id}-{service.new_suffix()}")
    name = secret_id.rpartition(":")[2]
    return DeleteSecretResponse(ARN=arn, Name=name, DeletionDate=Timestamp(call.now_ms))


def restore_secret(service: Secrets, call: Call, request: RestoreSecretRequest) -> RestoreSecretResponse:
    """Let a secret stay that was to be gone. Raises ResourceNotFound."""
    secret = service.find(call, request.SecretId, "RestoreSecret")
    if secret.deleted_ms:
        service.commit(call.now_ms, facts.SecretRestored(secret.arn))
        service.on_changed(secret.arn, call.now_ms)
    return RestoreSecretResponse(ARN=secret.arn, Name=secret.name)
