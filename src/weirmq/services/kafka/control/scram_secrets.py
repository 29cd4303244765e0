"""BatchAssociateScramSecret, BatchDisassociateScramSecret, ListScramSecrets: users who log in by SCRAM.

A secret of Secrets Manager whose name begins with AmazonMSK_ has a user's name and password. While it is associated
with a cluster, the user gets in with what the secret's current version says.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/msk-password.html
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from weirmq.engine.service import Call
from weirmq.services.kafka.control import errors, settings
from weirmq.services.kafka.control.facts import SecretsAssociated, SecretsDisassociated
from weirmq.services.kafka.control.limits import BATCHED_SECRETS, SECRETS
from weirmq.services.kafka.control.model import ManagedCluster
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import find_provisioned, kafka_cluster
from weirmq.services.kafka.scram import drop_credential, put_credential
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    BatchAssociateScramSecretRequest,
    BatchAssociateScramSecretResponse,
    BatchDisassociateScramSecretRequest,
    BatchDisassociateScramSecretResponse,
    ListScramSecretsRequest,
    ListScramSecretsResponse,
    UnprocessedScramSecret,
)

PREFIX: Final = "AmazonMSK_"
_PARTS: Final = 7  # of a secret's ARN


class Login(msgspec.Struct):
    """What stands in a secret."""

    username: str
    password: str


class _Fault(NamedTuple):
    code: str
    message: str


def batch_associate_scram_secret(
    kafka: Kafka, call: Call, request: BatchAssociateScramSecretRequest
) -> BatchAssociateScramSecretResponse:
    """Let in those whom secrets name; what is wrong with a secret is told of it alone. Raises BadRequest, NotFound."""
    cluster = find_provisioned(kafka, call, request.ClusterArn, "BatchAssociateScramSecret")
    _check_batch(request.SecretArnList)
    if "Scram" not in settings.authentications(cluster.settings):
        raise errors.bad("clusterArn", "SASL/SCRAM isn't enabled on the cluster.")
    unprocessed = []
    for arn in request.SecretArnList:
        found = _login(kafka, cluster, arn)
        if isinstance(found, _Fault):
            unprocessed.append(_unprocessed(arn, found))
        else:
            _let_in(kafka, call.now_ms, cluster, arn, found)
    return BatchAssociateScramSecretResponse(ClusterArn=cluster.arn, UnprocessedScramSecrets=unprocessed)


def _check_batch(arns: Sequence[str]) -> None:
    if not 1 <= len(arns) <= BATCHED_SECRETS:
        raise errors.bad("secretArnList", f"Specify 1 to {BATCHED_SECRETS} secrets.")


def _unprocessed(arn: str, fault: _Fault) -> UnprocessedScramSecret:
    return UnprocessedScramSecret(SecretArn=arn, ErrorCode=fault.code, ErrorMessage=fault.message)


def _login(kafka: Kafka, cluster: ManagedCluster, arn: str) -> Login | _Fault:
    """What a secret says, or why it lets nobody into this cluster."""
    parts = arn.split(":")
    if len(parts) != _PARTS or parts[2] != "secretsmanager":
        return _Fault("InvalidSecretArn", "The provided secret ARN is invalid.")
    if not parts[6].startswith(PREFIX):
        return _Fault("InvalidSecretName", f"The name of the secret must begin with {PREFIX}.")
    if (parts[3], parts[4]) != (cluster.region, cluster.account):
        return _Fault("InvalidSecretArn", "The secret must be in the cluster's account and region.")
    if arn in cluster.secrets:
        return _Fault("SecretAlreadyAssociated", "The secret is associated with the cluster.")
    if len(cluster.secrets) >= SECRETS:
        return _Fault("TooManySecrets", f"A cluster has at most {SECRETS} secrets.")
    text = kafka.secret_of(arn)
    if text is None:
        return _Fault("SecretNotFound", "There is no such secret, or it has no text.")
    login = read(text)
    if login is None:
        return _Fault("InvalidSecretContent", 'The secret must be {"username": "...", "password": "..."}.')
    if login.username in cluster.secrets.values():
        return _Fault("UsernameAlreadyAssociated", "Another secret of the cluster has this username.")
    return login


def read(text: str) -> Login | None:
    """Name and password; None for what hasn't got them."""
    try:
        found = msgspec.json.decode(text, type=Login)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return None
    return found if found.username and found.password else None


def _let_in(kafka: Kafka, now_ms: int, cluster: ManagedCluster, arn: str, login: Login) -> None:
    put_credential(kafka, now_ms, kafka_cluster(kafka, cluster), login.username, login.password)
    kafka.commit(now_ms, SecretsAssociated(cluster.arn, {arn: login.username}))


def batch_disassociate_scram_secret(
    kafka: Kafka, call: Call, request: BatchDisassociateScramSecretRequest
) -> BatchDisassociateScramSecretResponse:
    """Let nobody in any more by these secrets. Raises BadRequest, NotFound."""
    cluster = find_provisioned(kafka, call, request.ClusterArn, "BatchDisassociateScramSecret")
    _check_batch(request.SecretArnList)
    unprocessed = []
    for arn in request.SecretArnList:
        user = cluster.secrets.get(arn)
        if user is None:
            fault = _Fault("SecretNotFound", "The secret isn't associated with the cluster.")
            unprocessed.append(_unprocessed(arn, fault))
        else:
            drop_credential(kafka, call.now_ms, kafka_cluster(kafka, cluster), user)
            kafka.commit(call.now_ms, SecretsDisassociated(cluster.arn, [arn]))
    return BatchDisassociateScramSecretResponse(ClusterArn=cluster.arn, UnprocessedScramSecrets=unprocessed)


def list_scram_secrets(kafka: Kafka, call: Call, request: ListScramSecretsRequest) -> ListScramSecretsResponse:
    """The secrets of a cluster. Raises BadRequest, NotFound."""
    cluster = find_provisioned(kafka, call, request.ClusterArn, "ListScramSecrets")
    found, token = page(cluster.secrets, str, request.NextToken, request.MaxResults)
    return ListScramSecretsResponse(SecretArnList=found, NextToken=token)


def secret_changed(kafka: Kafka, arn: str, now_ms: int) -> None:
    """A secret has another value, or is gone: so may be the users whom it lets in. Raises NoRoom."""
    for cluster in kafka.machine.control.clusters.values():
        user = cluster.secrets.get(arn)
        if user is None:
            continue
        login = read(kafka.secret_of(arn) or "")
        if login is None or login.username != user:
            drop_credential(kafka, now_ms, kafka_cluster(kafka, cluster), user)
        if login is not None:
            _let_in(kafka, now_ms, cluster, arn, login)
