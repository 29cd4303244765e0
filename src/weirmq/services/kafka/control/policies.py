"""PutClusterPolicy, GetClusterPolicy, DeleteClusterPolicy: which other accounts may do what with a cluster.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/mvpc-cluster-owner-action-policy.html
"""

from weirmq.engine.service import Call
from weirmq.iam.errors import PolicyError
from weirmq.iam.policy import Kind, parse
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.facts import ClusterPolicySet
from weirmq.services.kafka.control.limits import POLICY_BYTES
from weirmq.services.kafka.control.resources import find_cluster, new_version
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    DeleteClusterPolicyRequest,
    DeleteClusterPolicyResponse,
    GetClusterPolicyRequest,
    GetClusterPolicyResponse,
    PutClusterPolicyRequest,
    PutClusterPolicyResponse,
)


def put_cluster_policy(kafka: Kafka, call: Call, request: PutClusterPolicyRequest) -> PutClusterPolicyResponse:
    """Set the policy of a cluster: of one that has one, at its current version. Raises BadRequest, NotFound."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "PutClusterPolicy")
    if len(request.Policy.encode()) > POLICY_BYTES:
        raise errors.bad("policy", f"A policy has at most {POLICY_BYTES} bytes.")
    try:
        parse(request.Policy, Kind.RESOURCE)
    except PolicyError as error:
        raise errors.bad("policy", f"The policy is invalid: {error}") from None
    if request.CurrentVersion is not None and request.CurrentVersion != cluster.policy_version:
        raise errors.old_version(cluster.policy_version or "none, for there is no policy")
    version = new_version(kafka.entropy)
    kafka.commit(call.now_ms, ClusterPolicySet(cluster.arn, request.Policy, version))
    return PutClusterPolicyResponse(CurrentVersion=version)


def get_cluster_policy(kafka: Kafka, call: Call, request: GetClusterPolicyRequest) -> GetClusterPolicyResponse:
    """The policy of a cluster. Raises BadRequest, NotFound, also where there is none."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "GetClusterPolicy")
    if not cluster.policy_text:
        raise errors.not_found("clusterArn", "The cluster has no policy.")
    return GetClusterPolicyResponse(CurrentVersion=cluster.policy_version, Policy=cluster.policy_text)


def delete_cluster_policy(kafka: Kafka, call: Call, request: DeleteClusterPolicyRequest) -> DeleteClusterPolicyResponse:
    """Take the policy away. Raises BadRequest, NotFound, also where there is none."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "DeleteClusterPolicy")
    if not cluster.policy_text:
        raise errors.not_found("clusterArn", "The cluster has no policy.")
    kafka.commit(call.now_ms, ClusterPolicySet(cluster.arn, "", ""))
    return DeleteClusterPolicyResponse()
