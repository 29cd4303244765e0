"""Resource policies of streams and consumers.

Source: https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html
"""

from weirmq.engine.service import Call
from weirmq.iam.errors import PolicyError
from weirmq.iam.policy import Kind, parse
from weirmq.services.kinesis import errors, facts
from weirmq.services.kinesis.limits import POLICY_BYTES
from weirmq.services.kinesis.resources import find
from weirmq.services.kinesis.service import Kinesis, check_active
from weirmq.wire.aws.types.kinesis import (
    DeleteResourcePolicyInput,
    GetResourcePolicyInput,
    GetResourcePolicyOutput,
    PutResourcePolicyInput,
)


def put_resource_policy(service: Kinesis, call: Call, request: PutResourcePolicyInput) -> None:
    """Set the policy of a stream or consumer. Raises InvalidArgument, ResourceNotFound."""
    stream, consumer = find(service, call, request.ResourceARN, "kinesis:PutResourcePolicy")
    if len(request.Policy.encode()) > POLICY_BYTES:
        raise errors.invalid(f"A policy has at most {POLICY_BYTES} bytes.")
    try:
        parse(request.Policy, Kind.RESOURCE)
    except PolicyError as error:
        raise errors.invalid(f"The policy is invalid: {error}") from None
    check_active(stream)
    name = consumer.name if consumer else ""
    service.commit(call.now_ms, facts.PolicySet(stream.number, request.Policy, name))


def get_resource_policy(service: Kinesis, call: Call, request: GetResourcePolicyInput) -> GetResourcePolicyOutput:
    """The policy of a stream or consumer; an empty document where there is none. Raises ResourceNotFound."""
    stream, consumer = find(service, call, request.ResourceARN, "kinesis:GetResourcePolicy")
    return GetResourcePolicyOutput(Policy=(consumer or stream).policy_text or "{}")


def delete_resource_policy(service: Kinesis, call: Call, request: DeleteResourcePolicyInput) -> None:
    """Take the policy away. Raises ResourceNotFound, also where there is none."""
    stream, consumer = find(service, call, request.ResourceARN, "kinesis:DeleteResourcePolicy")
    if not (consumer or stream).policy_text:
        raise errors.not_found(f"No resource policy found for {request.ResourceARN}.")
    check_active(stream)
    service.commit(call.now_ms, facts.PolicySet(stream.number, "", consumer.name if consumer else ""))
