"""Clusters, configurations, VPC connections and replicators by their ARNs."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel.ids import Entropy, uuid4
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.model import Configuration, ManagedCluster, Replicator, VpcConnection
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.service import Kafka

R = TypeVar("R", Configuration, VpcConnection, Replicator)

_ARN: Final = re.compile(r"arn:[^:]+:kafka:[a-z0-9-]+:[0-9]{12}:([a-z-]+)/[^:]+")
_NAME: Final = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_VERSION_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_VERSION_SIZE: Final = 13


def check_arn(arn: str, kind: str, parameter: str) -> None:
    """Raises BadRequest for what isn't the ARN of a `kind`."""
    found = _ARN.fullmatch(arn)
    if found is None or found[1] != kind:
        raise errors.bad_arn(parameter)


def find_cluster(kafka: Kafka, call: Call, arn: str, action: str, parameter: str = "clusterArn") -> ManagedCluster:
    """The cluster of an ARN. Raises BadRequest, AccessDenied, NotFound."""
    check_arn(arn, "cluster", parameter)
    found = kafka.machine.control.clusters.get(arn)
    policy = found.policy if found is not None else None
    authorize(call, f"kafka:{action}", arn, policy, tag_keys(found.tags if found else {}))
    if found is None or found.region != call.region:
        raise errors.not_found(parameter)
    return found


def find_provisioned(kafka: Kafka, call: Call, arn: str, action: str) -> ManagedCluster:
    """The same, of one whose brokers are its owner's business. Raises BadRequest for a serverless one too."""
    found = find_cluster(kafka, call, arn, action)
    if found.kind == "SERVERLESS":
        raise errors.bad("clusterArn", "This operation cannot be performed on serverless clusters.")
    return found


def find_changeable(kafka: Kafka, call: Call, arn: str, action: str, version: str) -> ManagedCluster:
    """The same, of one that is at this version. Raises BadRequest for another version too."""
    found = find_provisioned(kafka, call, arn, action)
    check_version(found.version, version)
    return found


def find(call: Call, known: Mapping[str, R], arn: str, kind: str, action: str, parameter: str) -> R:
    """A configuration, VPC connection or replicator by its ARN. Raises BadRequest, AccessDenied, NotFound."""
    check_arn(arn, kind, parameter)
    found = known.get(arn)
    tags: dict[str, str] = {} if found is None or isinstance(found, Configuration) else found.tags
    authorize(call, f"kafka:{action}", arn, keys=tag_keys(tags))
    if found is None or found.region != call.region:
        raise errors.not_found(parameter)
    return found


def kafka_cluster(kafka: Kafka, managed: ManagedCluster) -> Cluster:
    """What clients of Kafka see of a cluster."""
    return kafka.machine.clusters[managed.number]


def check_version(current: str, given: str) -> None:
    """Raises BadRequest where the resource isn't at the version that the caller knows."""
    if given != current:
        raise errors.old_version(current)


def check_name(name: str, parameter: str) -> None:
    """Raises BadRequest for what can't be the name of a resource."""
    if not _NAME.fullmatch(name):
        raise errors.bad(parameter, "The parameter value contains one or more characters that are not valid.")


def tag_keys(tags: Mapping[str, str], prefix: str = "aws:resourcetag/") -> dict[str, str]:
    """Tags as conditions of policies ask for them."""
    return {f"{prefix}{key.lower()}": value for key, value in tags.items()}


def create_keys(tags: Mapping[str, str] | None) -> dict[str, str | list[str]]:
    """The tags of something new as conditions of policies ask for them."""
    if not tags:
        return {}
    return {**tag_keys(tags, "aws:requesttag/"), "aws:tagkeys": list(tags)}


def new_id(entropy: Entropy, mark: str = "") -> str:
    """How the ARN of something new ends: a UUID, and a small number behind."""
    (number,) = entropy.take(1)
    return f"{uuid4(entropy)}-{mark}{number % 25 + 1}"


def new_version(entropy: Entropy) -> str:
    """A version as AWS writes it; another one after each change."""
    drawn = entropy.take(_VERSION_SIZE)
    return "K" + "".join(_VERSION_LETTERS[each % len(_VERSION_LETTERS)] for each in drawn)
